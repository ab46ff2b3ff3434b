/** `verify --cluster --wait`: it waits for what may come, as long as it may, and asks only when something changes. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { request } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { type Credentials, writeKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { applyHealthy, clear, patch, run } from '../verify/live-bed.ts';
import { condition } from '../verify/live-cluster.ts';

const test = suite<{ plane: ControlPlane }>('verbs/verify-cluster-wait');

const notReady = { status: { conditions: [condition('Ready', 'False', 'NoPollers', 'none polls')] } };

test.before(async (context) => {
  context.plane = await startControlPlane();
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

const verify = ({ kubeconfig }: Credentials, ...args: string[]) => run(['verify', '--cluster', '--kubeconfig', kubeconfig, ...args]);

/** How often the API server was asked so, or what it is serving, from its own metrics. */
async function metric(plane: ControlPlane, name: string, ...labels: string[]): Promise<number> {
  const { body } = await request(plane, 'GET', '/metrics');
  const lines = String(body)
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const ofProcesses = 'resource="processes"';
const untilWatched = (plane: ControlPlane) =>
  until({
    what: 'a watch of Processes',
    look: () => metric(plane, 'apiserver_longrunning_requests', ofProcesses, 'verb="WATCH"'),
    isSo: (count) => count > 0,
  });

test('a cluster that does not know the kind', async ({ plane }) => {
  const { code, stderr } = await verify(plane, 'l2o');
  assert.is(stderr, 'error CrdMissing: the cluster does not know Processes (ameide.io/v1); apply deploy/crd, or use another context\n');
  assert.is(code, 1);
});

test('--wait: first the kind comes, then the Process, then it is well', async ({ plane }) => {
  const proxy = await startFaultyProxy(plane.url);
  const kubeconfig = `${plane.kubeconfig}.proxied`;
  writeKubeconfig({ ...plane, url: proxy.url, kubeconfig }, { user: 'tester' });
  const waiting = run(['verify', '--cluster', '--kubeconfig', kubeconfig, 'l2o', '-n', 'sales', '--wait', '60s']);
  await until({ what: 'a connection', look: proxy.accepted, isSo: (count) => count > 0 });
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await applyHealthy(plane);
  const { code, stdout, stderr } = await waiting;
  await proxy.stop();
  assert.is(code, 0, stdout + stderr);
  assert.is(stderr, '');
  assert.match(stdout, /PASS: 1 Process, nothing wrong\n$/);
});

test('--wait passes with the change that mends it', async ({ plane }) => {
  await patch(plane, 'Process', notReady);
  const waiting = verify(plane, 'l2o', '-n', 'sales', '--wait', '60s');
  await untilWatched(plane);
  await clear(plane, 'sales');
  await applyHealthy(plane);
  const { code, stdout, stderr } = await waiting;
  assert.is(code, 0, stdout + stderr);
});

test('--wait ends with what is wrong when the time is up, and asks no more often than something changes', async ({ plane }) => {
  await patch(plane, 'Process', notReady);
  const lists = () => metric(plane, 'apiserver_request_total', ofProcesses, 'verb="LIST"');
  const before = await lists();
  const started = Date.now();
  const { code, stderr } = await verify(plane, 'l2o', '-n', 'sales', '--wait', '4s');
  assert.ok(Date.now() - started >= 4000);
  assert.match(stderr, /^error NoPollers: /m);
  assert.is(code, 1);
  // The first look, the watch's own list, a look for that, and the last one.
  const asked = (await lists()) - before;
  assert.ok(asked <= 4, `${asked} lists in 4 s in which nothing changed`);
});

test.run();
