import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { running } from './running.ts';
import { startTestbed } from './testbed.ts';

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
