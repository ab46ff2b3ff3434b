import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Script } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './testbed/parts.ts';

const test = suite<{ dist: string }>('dist/ameide-process and its compiled code');
const input = readFileSync(join(root, 'tools/usual-list.yaml'));

test.before.each((context) => {
  context.dist = mkdtempSync(join(tmpdir(), 'ameide-dist-'));
  cpSync(join(root, 'dist'), context.dist, { recursive: true });
});
test.after.each(({ dist }) => rmSync(dist, { recursive: true, force: true }));

function run(dist: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(dist, 'ameide-process')], { input, encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  return stdout;
}

test('the compiled code is of this Node and of this function', ({ dist }) => {
  const cachedData = readFileSync(join(dist, 'function.js.cache'));
  const script = new Script(readFileSync(join(dist, 'function.js'), 'latin1'), { cachedData });
  assert.is(script.cachedDataRejected, false);
});

test('without it, or with what another Node or nobody compiled, the function does the same', ({ dist }) => {
  const cache = join(dist, 'function.js.cache');
  const expected = run(dist);
  assert.match(expected, 'kind: Deployment');
  const compiled = readFileSync(cache);
  compiled[4]! ^= 0xff; // the engine's version
  for (const broken of [compiled, Buffer.from('no code'), Buffer.alloc(0)]) {
    writeFileSync(cache, broken);
    assert.is(run(dist), expected);
  }
  rmSync(cache);
  assert.is(run(dist), expected);
});

test('what talks to Kubernetes loads on an older Node, too, which lacks newer compressions', ({ dist }) => {
  const older = 'data:text/javascript,import zlib from "node:zlib"; delete zlib.createZstdDecompress;';
  const nowhere = join(dist, 'no-kubeconfig');
  for (const verb of [['verify', '--cluster'], ['sidecar']]) {
    const args = ['--import', older, join(dist, 'ameide-process'), ...verb, '--kubeconfig', nowhere];
    const { stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.match(stderr, /^error ClusterUnusable: .*no-kubeconfig/);
    assert.is(status, 1, stderr);
  }
});

test.run();
