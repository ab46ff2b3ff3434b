import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../testbed/parts.ts';

const test = suite('the command line');
const verbs = ['render', 'pin', 'outdated', 'verify', 'list', 'describe', 'drain', 'release', 'sidecar', 'serve-definitions'];

function run(command: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('bash', ['-o', 'pipefail', '-c', command], { cwd: join(root, 'dist'), encoding: 'utf8' });
}

test('--version is the package’s', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.is(run('./ameide-process --version').stdout, `${version}\n`);
});

test('every verb has help with examples, and the program names every verb', () => {
  const { stdout } = run('./ameide-process --help');
  for (const verb of verbs) {
    assert.ok(stdout.includes(`  ${verb} `), verb);
    const help = run(`./ameide-process ${verb} --help`);
    assert.is(help.status, 0);
    assert.match(help.stdout, /Examples?:\n/, verb);
  }
});

test('help that nobody reads to its end is no fault', () => {
  const { stderr } = run('./ameide-process pin --help | true');
  assert.is(stderr, '');
});

test('wrong usage exits 2, with one sentence on stderr and nothing on stdout', () => {
  for (const wrong of [
    'nothing-of-ours',
    'pin',
    'render a b c',
    'outdated --no-such-option x',
    'pin x --version zero',
    'drain x --timeout 3d',
    'drain x --undo --policy Wait',
    'release',
  ]) {
    const { status, stdout, stderr } = run(`./ameide-process ${wrong}`);
    assert.is(status, 2, `${wrong}: ${stderr}`);
    assert.is(stdout, '');
    assert.match(stderr, /^error: /);
    assert.not.match(stderr, /\n {4}at /);
  }
});

test.run();
