import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { part } from './parts.ts';

const run = promisify(execFile);
const test = suite<{ dir: string }>('kustomize and kpt');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-package-'));
  const write = (name: string, text: string) => writeFileSync(join(context.dir, name), text, { mode: 0o755 });
  write('config-map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  colour: red\n');
  write('paint.sh', '#!/bin/sh\nexec sed s/red/green/\n');
  write('Kptfile', 'apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: p\npipeline:\n  mutators:\n    - exec: ./paint.sh\n');
  write('kustomization.yaml', 'resources: [config-map.yaml]\ntransformers: [function.yaml]\n');
  const annotations =
    'annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./paint.sh}\n    config.kubernetes.io/local-config: "true"';
  write('function.yaml', `apiVersion: example.org/v1\nkind: Paint\nmetadata:\n  name: paint\n  ${annotations}\n`);
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test('kustomize is the version that is meant, and runs a function', async ({ dir }) => {
  const kustomize = await part('kustomize');
  assert.match((await run(kustomize, ['version'])).stdout, '5.8.1');
  const { stdout } = await run(kustomize, ['build', '--enable-alpha-plugins', '--enable-exec', dir]);
  assert.match(stdout, 'colour: green');
});

test('kpt runs a function and writes the package in place', async ({ dir }) => {
  const kpt = await part('kpt');
  // kpt looks for `exec: ./…` from where it is started, not from the package.
  await run(kpt, ['fn', 'render', '--allow-exec', '.'], { cwd: dir });
  assert.match(readFileSync(join(dir, 'config-map.yaml'), 'utf8'), 'colour: green');
  assert.equal(readdirSync(dir).sort(), ['Kptfile', 'config-map.yaml', 'function.yaml', 'kustomization.yaml', 'paint.sh']);
});

test('kpt says what is wrong and exits 1', async ({ dir }) => {
  const kpt = await part('kpt');
  try {
    await run(kpt, ['fn', 'render', dir]);
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    assert.is(code, 1);
    assert.match(stderr, '--allow-exec');
    return;
  }
  assert.unreachable('it ran a program without being allowed to');
});

test.run();
