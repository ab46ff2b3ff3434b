/** `verify DIR` and `--against`, as a person runs them, in scratch folders and a scratch repository. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { root } from '../testbed/parts.ts';
import { pinned, renderedStream } from '../verify/rendered-stream.ts';

interface Scratch {
  dir: string;
}
const test = suite<Scratch>('verbs/verify-folder');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-verify-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const isolated = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...isolated, ...env },
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

function cli(dir: string, args: readonly string[], env?: Record<string, string>) {
  return run(process.execPath, [join(root, 'build/src/cli.js'), ...args], dir, env);
}

function git(dir: string, ...args: string[]): void {
  const { code, stderr } = run('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], dir);
  assert.is(code, 0, stderr);
}

function commit(dir: string): void {
  if (run('git', ['rev-parse'], dir).code !== 0) git(dir, 'init', '-q');
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', 'a commit');
}

interface Options {
  readonly versions?: readonly number[];
  readonly temporal?: object;
}

/** The files of a Process that kustomize renders: its document and its definitions. The first version is the pin. */
function unrendered({ versions = [3, 2], temporal = {} }: Options = {}): Record<string, string> {
  const [, current, retained] = renderedStream();
  const [pin, ...others] = versions.map(pinned);
  const spec = {
    image: 'ghcr.io/ameide/l2o-process:0.7.0',
    definitionRef: { id: 'L2O_v3', tenantId: 't123', pin, ...(others.length > 0 && { retained: others }) },
    temporal: { namespace: 'sales-process', taskQueue: 'l2o-tq', ...temporal },
  };
  return {
    'l2o.yaml': JSON.stringify({ apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o', namespace: 'sales' }, spec }),
    'definitions.yaml': `${JSON.stringify(current)}\n---\n${JSON.stringify(retained)}\n`,
  };
}

/** The same, rendered in place. */
function rendered(dir: string): void {
  writeFiles(dir, unrendered());
  const { code, stderr } = cli(dir, ['render', '.']);
  assert.is(code, 0, stderr);
}

test('a folder that kustomize renders passes', ({ dir }) => {
  writeFiles(dir, unrendered());
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(stderr, '');
  assert.match(
    stdout,
    /^PROCESS +FILE +VALID +PINNED +DEFINITION\nsales\/l2o +l2o\.yaml +PASS +PASS +PASS\nPASS: 1 Process, nothing wrong\n$/,
  );
  assert.is(code, 0);
});

test('a rendered folder passes, and fails once it is stale, with file and command', ({ dir }) => {
  rendered(dir);
  const fresh = cli(dir, ['verify', '.']);
  assert.is(fresh.stderr, '');
  assert.match(fresh.stdout, /RENDERED\n.*PASS\n/);
  writeFiles(dir, {
    'l2o.yaml': unrendered({ temporal: { address: 'other:7233' } })['l2o.yaml']!.replace(
      '"metadata":{',
      '"metadata":{"annotations":{"ameide.io/rendered-from":"x"},',
    ),
  });
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stdout, /PASS +PASS +PASS +FAIL\n/);
  const lines = stderr.trimEnd().split('\n');
  assert.is(lines.length, 2, stderr);
  for (const file of ['l2o.yaml', 'l2o.generated.yaml']) {
    assert.ok(
      lines.some((line) =>
        line.startsWith(
          `error RenderStale: Process "sales/l2o" (${file}): is not what a render gives now; run \`ameide-process render .\``,
        ),
      ),
      stderr,
    );
  }
});

test('a Deployment that was removed from a rendered folder is missed, one without a Process is in the way', ({ dir }) => {
  rendered(dir);
  renameSync(join(dir, 'l2o.generated.yaml'), join(dir, 'kept.txt'));
  const missed = cli(dir, ['verify', '.']);
  assert.is(missed.code, 1);
  assert.match(missed.stderr, /^error RenderStale: Process "sales\/l2o" \(l2o\.generated\.yaml\): is missing/);
  renameSync(join(dir, 'kept.txt'), join(dir, 'l2o.generated.yaml'));
  writeFiles(dir, { 'l2o.yaml': unrendered()['l2o.yaml']!.replace('"name":"l2o"', '"name":"other"') });
  const stray = cli(dir, ['verify', '.']);
  assert.is(stray.code, 1);
  assert.match(stray.stderr, /error RenderStale: l2o\.generated\.yaml: would be deleted by a render now/);
});

test('every finding of every Process at once, and nothing is written', ({ dir }) => {
  const wrong = unrendered()['l2o.yaml']!;
  writeFiles(dir, {
    'a/l2o.yaml': wrong.replace('"image"', '"imagee"'),
    'b/l2o.yaml': wrong.replace(/"pin":\{.*?\},"retained":\[.*?\]/, '"version":3'),
    'c/l2o.yaml': wrong,
    'c/d.yaml': unrendered()['definitions.yaml']!.replace('"immutable"', '"x"').replaceAll('Lead to order', 'Lead to disorder'),
    'd/l2o.yaml': wrong,
    'd/definitions.yaml': unrendered()['definitions.yaml']!,
  });
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stderr, /error FieldUnknown: .*\(a\/l2o\.yaml\)/);
  assert.match(stderr, /error PinMissing: .*\(b\/l2o\.yaml\)/);
  assert.match(stdout, /a\/l2o\.yaml +FAIL +- +-\n/);
  assert.match(stdout, /b\/l2o\.yaml +PASS +FAIL +-\n/);
  assert.match(stdout, /d\/l2o\.yaml +PASS +PASS +PASS\n/);
});

test('broken YAML, no Process, no folder', ({ dir }) => {
  writeFiles(dir, { 'broken/l2o.yaml': 'apiVersion: ameide.io/v1\nkind: [', 'empty/x.yaml': 'a: b\n' });
  for (const [folder, found] of [
    ['broken', /^error YamlInvalid: l2o\.yaml: /],
    ['empty', /^error PackageInvalid: empty: holds no Process/],
    ['nothing', /^error PackageInvalid: "nothing" is no folder/],
  ] as const) {
    const { code, stderr } = cli(dir, ['verify', folder]);
    assert.is(code, 1);
    assert.match(stderr, found);
    assert.not.match(stderr, '    at ');
  }
});

const overlay = (version: number) => ({
  'kustomization.yaml': JSON.stringify({ resources: ['../base', 'l2o.generated.yaml'], patches: [{ path: 'l2o.pin.yaml' }] }),
  'l2o.pin.yaml': JSON.stringify({
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name: 'l2o' },
    spec: { definitionRef: { pin: pinned(version) } },
  }),
  'l2o.generated.yaml': JSON.stringify(renderedStream()[version === 3 ? 1 : 2]),
});

function writeOverlays(dir: string): void {
  const base = unrendered()['l2o.yaml']!.replace(/,"pin":\{.*?\},"retained":\[.*?\]/, '');
  writeFiles(join(dir, 'base'), { 'l2o.yaml': base, 'kustomization.yaml': JSON.stringify({ resources: ['l2o.yaml'] }) });
  writeFiles(join(dir, 'prod'), overlay(2));
  writeFiles(join(dir, 'staging'), overlay(3));
}

test('base and overlays: patches are no Processes, their pins need their bytes, the base needs no pin', ({ dir }) => {
  writeOverlays(dir);
  const whole = cli(dir, ['verify', '.']);
  assert.is(whole.code, 0, whole.stderr);
  assert.match(whole.stderr, /^info PinMissing: Process "sales\/l2o" \(base\/l2o\.yaml\): is not pinned here but in overlays; [^\n]*\n$/);
  rmSync(join(dir, 'prod/l2o.generated.yaml'));
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stderr, /error DefinitionBytesMissing: Process "l2o" spec\.definitionRef\.pin \(prod\/l2o\.pin\.yaml\)/);
});

test('against a revision: nothing changed', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  const { code, stdout, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(stderr, '');
  assert.match(stdout, /^PROCESS +FILE +PINS AT HEAD +PINS NOW +CHANGE\nsales\/l2o +l2o\.yaml +3, retained 2 +3, retained 2 +same\n/);
  assert.match(stdout, /PINS +IDENTITY\n.*PASS +PASS\n/);
  assert.is(code, 0);
});

test('against a revision: a retained pin, or the pin itself, is lost unless that is acknowledged', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  for (const [versions, lost] of [
    [[3], 2],
    [[2], 3],
  ] as const) {
    writeFiles(dir, unrendered({ versions }));
    const { code, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
    assert.is(code, 1);
    assert.match(
      stderr,
      new RegExp(
        `^error PinDropped: Process "sales/l2o" spec.definitionRef.retained \\(l2o.yaml\\): version ${lost} of .*--drop ${lost}\n$`,
      ),
    );
    const { checksum } = pinned(lost);
    for (const drop of [String(lost), checksum, checksum.slice(7), checksum.slice(7, 17)]) {
      const { code: acknowledged, stderr: said } = cli(dir, ['verify', '.', '--against', 'HEAD', '--drop', drop]);
      assert.is(acknowledged, 0, said);
      assert.is(said, '');
    }
    const other = cli(dir, ['verify', '.', '--against', 'HEAD', '--drop', '9']);
    assert.is(other.code, 1);
    assert.match(other.stderr, 'warning PinDropped: --drop 9 names no pin that was dropped');
  }
});

test('against a revision: swapped pins lose nothing', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  writeFiles(dir, unrendered({ versions: [2, 3] }));
  const { code, stdout } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.match(stdout, /3, retained 2 +2, retained 3 +changed/);
  assert.is(code, 0);
});

for (const [field, value] of Object.entries({ namespace: 'other', taskQueue: 'other', address: 'other:7233' })) {
  test(`against a revision: another ${field}`, ({ dir }) => {
    writeFiles(dir, unrendered());
    commit(dir);
    writeFiles(dir, unrendered({ temporal: { [field]: value } }));
    const { code, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
    assert.is(code, 1);
    assert.match(
      stderr,
      new RegExp(`^error IdentityChanged: Process "sales/l2o" spec.temporal.${field} \\(l2o.yaml\\): was ".*" and is "${value}"[^\n]*\n$`),
    );
  });
}

test('against a revision: the default address, written out, is the same address', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  writeFiles(dir, unrendered({ temporal: { address: 'temporal-frontend:7233' } }));
  assert.is(cli(dir, ['verify', '.', '--against', 'HEAD']).code, 0);
});

test('against a revision: a Process in another file or folder is the same Process', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  mkdirSync(join(dir, 'deep'));
  renameSync(join(dir, 'l2o.yaml'), join(dir, 'deep/renamed.yaml'));
  const moved = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(moved.code, 0, moved.stderr);
  assert.match(moved.stdout, /deep\/renamed\.yaml +3, retained 2 +3, retained 2 +moved/);
  writeFiles(dir, { 'deep/renamed.yaml': unrendered({ versions: [3], temporal: { taskQueue: 'x' } })['l2o.yaml']! });
  const lost = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(lost.code, 1);
  assert.match(lost.stderr, 'error PinDropped: ');
  assert.match(lost.stderr, 'error IdentityChanged: ');
});

test('against a revision: a removed Process is mentioned, an added one is no matter', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  writeFiles(dir, { 'l2o.yaml': unrendered()['l2o.yaml']!.replace('"name":"l2o"', '"name":"other"') });
  const { code, stdout, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(code, 0, stderr);
  assert.match(stderr, /^info PinDropped: Process "sales\/l2o" \(l2o\.yaml\): was there and is removed; [^\n]*\n$/);
  assert.match(stdout, /sales\/l2o +l2o\.yaml +3, retained 2 +- +removed\n/);
  assert.match(stdout, /sales\/other +l2o\.yaml +- +3, retained 2 +added\n/);
});

test('against a revision: an overlay’s pin is compared with that overlay’s, whatever another one has', ({ dir }) => {
  writeOverlays(dir);
  commit(dir);
  writeFiles(join(dir, 'prod'), overlay(3));
  const { code, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(code, 1);
  assert.match(stderr, /error PinDropped: Process "l2o" .*\(prod\/l2o\.pin\.yaml\): version 2 /);
  assert.is(stderr.match(/^error /gm)?.length, 1);
});

test('against a revision: a pin that moves from the base into every overlay is kept', ({ dir }) => {
  writeOverlays(dir);
  rmSync(join(dir, 'prod'), { recursive: true });
  rmSync(join(dir, 'staging'), { recursive: true });
  writeFiles(join(dir, 'base'), unrendered({ versions: [3] }));
  commit(dir);
  writeOverlays(dir);
  rmSync(join(dir, 'base/definitions.yaml'));
  const divided = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.match(divided.stderr, /error PinDropped: .*version 3 /, 'prod has only version 2');
  writeFiles(join(dir, 'prod'), overlay(3));
  const kept = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(kept.code, 0, kept.stderr + kept.stdout);
});

test('against a revision: no repository, no such revision, no git', ({ dir }) => {
  writeFiles(dir, unrendered());
  const outside = cli(dir, ['verify', '.', '--against', 'HEAD'], { GIT_CEILING_DIRECTORIES: tmpdir() });
  assert.is(outside.code, 1);
  assert.match(outside.stderr, /^error PackageInvalid: \.: git cannot read it: .*not a git repository/);
  commit(dir);
  for (const ref of ['nope', '--output=x', '-p', '']) {
    const { code, stderr } = cli(dir, ['verify', '.', `--against=${ref}`]);
    assert.is(code, 1, stderr);
    assert.match(stderr, `error PackageInvalid: .: Git knows no revision "${ref}"`);
  }
  const without = cli(dir, ['verify', '.', '--against', 'HEAD'], { PATH: dir });
  assert.is(without.code, 1);
  assert.match(without.stderr, /^error ToolMissing: git is not on PATH/);
});

test('against a revision: in a sub-folder, and within a Git hook', ({ dir }) => {
  writeFiles(join(dir, 'sub'), unrendered());
  commit(dir);
  writeFiles(join(dir, 'sub'), unrendered({ versions: [3] }));
  const { code, stderr } = cli(dir, ['verify', 'sub', '--against', 'HEAD'], { GIT_DIR: '.git', GIT_INDEX_FILE: '.git/index' });
  assert.is(code, 1);
  assert.match(stderr, /^error PinDropped: .*\(l2o\.yaml\)/);
});

test('against a revision that holds broken YAML: said, and the rest is compared', ({ dir }) => {
  writeFiles(dir, { ...unrendered(), 'x.yaml': 'apiVersion: ameide.io/v1\nkind: [' });
  commit(dir);
  rmSync(join(dir, 'x.yaml'));
  const { code, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(code, 0);
  assert.match(stderr, /^warning YamlInvalid: x\.yaml: at that revision: /);
});

test('-o json tells what was compared', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  writeFiles(dir, unrendered({ versions: [3] }));
  const { code, stdout } = cli(dir, ['verify', '.', '--against', 'HEAD', '-o', 'json']);
  const report = JSON.parse(stdout);
  assert.is(code, 1);
  assert.is(report.mode, 'revision');
  assert.equal(report.compared, [
    {
      process: { apiVersion: 'ameide.io/v1', kind: 'Process', name: 'l2o', namespace: 'sales' },
      file: 'l2o.yaml',
      before: '3, retained 2',
      now: '3',
      change: 'changed',
    },
  ]);
  assert.is(report.checks.find(({ check }: { check: string }) => check === 'pins').status, 'CHECK_STATUS_FAIL');
});

test('options that do not go together are refused', ({ dir }) => {
  for (const args of [
    [],
    ['.', '--rendered', '-'],
    ['.', '--drop', '1'],
    ['.', '--require-process'],
    ['--rendered', '-', '--against', 'HEAD'],
  ]) {
    const { code, stdout, stderr } = cli(dir, ['verify', ...args]);
    assert.is(code, 2, args.join(' '));
    assert.is(stdout, '');
    assert.match(stderr, /^error: /);
  }
});

test.run();
