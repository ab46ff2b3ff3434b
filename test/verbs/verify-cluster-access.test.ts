/** `verify --cluster` where not all is to be had: no server, no rights. */
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAccount } from '../testbed/account.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { type Credentials, writeKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { applyHealthy, clear, run } from '../verify/live-bed.ts';

const test = suite<{ plane: ControlPlane }>('verbs/verify-cluster-access');

test.before(async (context) => {
  context.plane = await startControlPlane();
  await installCrd(context.plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await applyHealthy(context.plane);
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

const verify = ({ kubeconfig }: Credentials, ...args: string[]) => run(['verify', '--cluster', '--kubeconfig', kubeconfig, ...args]);

function account(plane: ControlPlane, name: string, resources: readonly string[]): Promise<Credentials> {
  const rules = resources.length > 0 ? [{ apiGroups: ['', 'apps', 'ameide.io'], resources, verbs: ['get', 'list'] }] : [];
  return createAccount(plane, { namespace: 'sales', name, rules });
}

test('without rights nothing is known, each refusal is told, and --wait does not wait', async ({ plane }) => {
  const nobody = await account(plane, 'nobody', []);
  const started = Date.now();
  const { code, stdout, stderr } = await verify(nobody, 'l2o', '--wait', '120s');
  assert.ok(Date.now() - started < 60_000);
  assert.match(stdout, /^sales\/l2o +- +- +- +- +- +-\n/m);
  const lines = stderr.trim().split('\n');
  assert.is(lines.length, 4, stderr);
  for (const resource of ['processes.ameide.io', 'deployments.apps', 'configmaps', 'pods'])
    assert.ok(
      lines.some((line) =>
        line.startsWith(
          `error ClusterForbidden: ${resource}${resource.startsWith('processes') ? ' "l2o"' : ''} is forbidden: User "system:serviceaccount:sales:nobody"`,
        ),
      ),
      stderr,
    );
  assert.is(code, 1);
});

test('what needs no pods is checked without the right to read them', async ({ plane }) => {
  await clear(plane, 'sales');
  await applyHealthy(plane);
  const reader = await account(plane, 'reader', ['processes', 'deployments', 'configmaps']);
  const { code, stdout, stderr } = await verify(reader, 'l2o');
  assert.match(stdout, /^sales\/l2o +PASS +PASS +- +PASS +PASS +PASS\n/m);
  assert.match(stderr, /^error ClusterForbidden: pods is forbidden: [^\n]*\n$/);
  assert.is(code, 1);
  const all = await verify(reader, '-A');
  assert.match(all.stderr, /^error ClusterForbidden: processes\.ameide\.io is forbidden: .*at the cluster scope/);
  const able = await account(plane, 'able', ['processes', 'deployments', 'configmaps', 'pods']);
  assert.is((await verify(able)).code, 0);
});

test('credentials that the server does not know are told of once', async ({ plane }) => {
  const kubeconfig = `${plane.kubeconfig}.stranger`;
  writeKubeconfig({ ...plane, token: 'nobody-gave-me-this', kubeconfig }, { user: 'stranger', namespace: 'sales' });
  const { code, stderr } = await run(['verify', '--cluster', '--kubeconfig', kubeconfig]);
  assert.match(stderr, /^error ClusterForbidden: Unauthorized; [^\n]*\n$/);
  assert.is(code, 1);
});

test('a server that does not answer, a kubeconfig that is none, a context that is not there', async ({ plane }) => {
  const kubeconfig = `${plane.kubeconfig}.nowhere`;
  writeKubeconfig({ ...plane, url: 'https://127.0.0.1:1', kubeconfig }, { user: 'tester' });
  const cases: readonly [string[], RegExp][] = [
    [['--kubeconfig', kubeconfig], /^error ClusterUnreachable: cannot read processes: .*ECONNREFUSED 127\.0\.0\.1:1/],
    [['--kubeconfig', kubeconfig, '--wait', '1s'], /^error ClusterUnreachable: /],
    [['--kubeconfig', '/nowhere/at-all'], /^error ClusterUnusable: .*\/nowhere\/at-all/],
    [
      ['--kubeconfig', plane.kubeconfig, '--context', 'prod'],
      /^error ClusterUnusable: .*there is no context "prod" with a cluster, but "testbed"/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await run(['verify', '--cluster', ...args]);
    assert.match(stderr, expected);
    assert.is(stderr.split('\n').length, 2, stderr);
    assert.is(stdout, 'FAIL: 1 error in 0 Processes\n');
    assert.is(code, 1);
  }
  const nothing = await run(['verify', '--cluster'], { HOME: '/nowhere', KUBECONFIG: '' });
  if (!process.env.KUBERNETES_SERVICE_HOST) assert.match(nothing.stderr, /^error ClusterUnusable: .*none was found: set KUBECONFIG/);
  assert.is(nothing.code, 1);
});

test('options that do not go together are wrong usage', async () => {
  for (const wrong of [
    ['verify', 'dir', '-n', 'sales'],
    ['verify', '--rendered', '-', '--wait', '5s'],
    ['verify', '--cluster', '--against', 'HEAD'],
    ['verify', '--cluster', '-n', 'sales', '-A'],
    ['verify', '--cluster', 'a/b/c'],
    ['verify', '--cluster', '--wait', 'soon'],
    ['verify', 'one', 'two'],
    ['verify'],
  ]) {
    const { code, stdout, stderr } = await run(wrong);
    assert.is(code, 2, `${wrong.join(' ')}: ${stderr}`);
    assert.is(stdout, '');
    assert.match(stderr, /^error: /);
  }
});

test.run();
