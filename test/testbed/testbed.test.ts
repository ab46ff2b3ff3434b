import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Connection } from '@temporalio/client';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KubeObject } from './api.ts';
import { apply } from './apply.ts';
import { root } from './parts.ts';
import { running } from './running.ts';
import { startTestbed } from './testbed.ts';
import { until } from './until.ts';

const test = suite('test bed');

test('starts what is asked for, says so, and tells of what was not', async () => {
  const said: string[] = [];
  const testbed = await startTestbed({ temporal: { namespaces: ['sales'] }, say: (line) => said.push(line) });
  try {
    assert.equal(
      testbed.servers.map(({ name }) => name),
      ['etcd', 'kube-apiserver', 'temporal'],
    );
    assert.is(said.length, 2);
    assert.match(said.join('\n'), /^Kubernetes \(etcd, kube-apiserver\): ready after \d+\.\d s$/m);
    assert.match(testbed.temporal.address, /^127\.0\.0\.1:\d+$/);
    assert.throws(() => testbed.kwok, 'started without { kwokNodes: 1 }');
  } finally {
    await testbed.stop();
  }
  assert.ok(testbed.servers.every((server) => server.hasEnded()));
});

test('an example runs as it stands: its pod finds the Temporal under the name that it was rendered with', async () => {
  const testbed = await startTestbed({ controllers: true, temporal: { namespaces: ['sales-process'] }, node: {} });
  const connection = Connection.lazy({ address: testbed.temporal.address, interceptors: [] });
  try {
    const manifests = readFileSync(join(root, 'examples/spec/l2o.generated.yaml'), 'utf8');
    await apply(testbed.plane, loadAll(manifests) as KubeObject[]);
    const ask = { namespace: 'sales-process', taskQueue: { name: 'l2o-tq' } };
    const pollers = async () => (await connection.workflowService.describeTaskQueue(ask)).pollers?.map(({ identity }) => identity);
    const isPod = (identity?: string | null) => identity?.includes('@l2o-process-') ?? false;
    await until({ what: 'a pod that polls', look: pollers, isSo: (seen) => seen?.some(isPod) ?? false, limitMs: 30_000 });
    assert.ok(testbed.temporalService.proxy.accepted() > 0);
  } finally {
    await connection.close();
    await testbed.stop();
  }
});

test('when a part cannot start its error is told, and nothing is left of the others', async () => {
  const [before, dir] = [process.env.TMPDIR, mkdtempSync(join(tmpdir(), 'ameide-testbed-'))];
  process.env.TMPDIR = dir;
  try {
    const error = await startTestbed({ temporal: {}, apiserverArgs: ['--no-such-flag'] }).then(String, ({ message }) => message);
    assert.match(error, 'kube-apiserver ended while it started');
    assert.match(error, 'unknown flag: --no-such-flag');
    const missing = await startTestbed({ temporal: {}, kwokNodes: 1 }).then(String, ({ message }) => message);
    assert.match(missing, 'kwok needs a control plane with { controllers: true }');
    assert.equal([...readdirSync(dir), ...running([dir])], []);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(dir, { recursive: true, force: true });
  }
});

test.run();
