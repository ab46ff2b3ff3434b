/** `verify DIR --against REF`, as a person runs it, in scratch repositories. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { pinned } from '../verify/rendered-stream.ts';
import { cli, commit, leftToBuild, overlay, unrendered, writeOverlays } from './verify-scratch.ts';

interface Scratch {
  dir: string;
}
const test = suite<Scratch>('verbs/verify-against');
const info = 'info NotRendered: [^\n]*\n';

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-verify-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test('against a revision: nothing changed', ({ dir }) => {
  writeFiles(dir, unrendered());
  commit(dir);
  const { code, stdout, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(stderr, leftToBuild('.'));
  assert.match(stdout, /^PROCESS +FILE +PINS AT HEAD +PINS NOW +PINS\nsales\/l2o +l2o\.yaml +3, retained 2 +3, retained 2 +same\n/);
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
        `^error PinDropped: Process "sales/l2o" spec.definitionRef.retained \\(l2o.yaml\\): version ${lost} of .*--drop ${lost}\n${info}$`,
      ),
    );
    const { checksum } = pinned(lost);
    for (const drop of [String(lost), checksum, checksum.slice(7), checksum.slice(7, 17)]) {
      const { code: acknowledged, stderr: said } = cli(dir, ['verify', '.', '--against', 'HEAD', '--drop', drop]);
      assert.is(acknowledged, 0, said);
      assert.is(said, leftToBuild('.'));
    }
    const other = cli(dir, ['verify', '.', '--against', 'HEAD', '--drop', '9']);
    assert.is(other.code, 1);
    assert.match(other.stderr, 'warning PinDropped: --drop 9 names no pin that was dropped');
  }
});

test('against a revision: the canary’s pin is lost unless it is promoted, retained or acknowledged', ({ dir }) => {
  const files = unrendered({ versions: [3] });
  const process = JSON.parse(files['l2o.yaml']!) as { spec: object };
  const rollout = { strategy: 'Canary', canary: { pin: pinned(2) } };
  writeFiles(dir, { ...files, 'l2o.yaml': JSON.stringify({ ...process, spec: { ...process.spec, rollout } }) });
  commit(dir);
  assert.match(cli(dir, ['verify', '.', '--against', 'HEAD']).stdout, /3, canary 2 +3, canary 2 +same/);
  writeFiles(dir, files);
  const lost = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(lost.code, 1);
  assert.match(lost.stderr, /^error PinDropped: .*: version 2 of "L2O_v3" \(sha256:\w+\) was the canary’s and is gone, .*--drop 2$/m);
  assert.is(cli(dir, ['verify', '.', '--against', 'HEAD', '--drop', '2']).code, 0);
  for (const versions of [
    [3, 2],
    [2, 3],
  ]) {
    writeFiles(dir, unrendered({ versions }));
    const kept = cli(dir, ['verify', '.', '--against', 'HEAD']);
    assert.is(kept.code, 0, kept.stderr);
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
      new RegExp(
        `^error IdentityChanged: Process "sales/l2o" spec.temporal.${field} \\(l2o.yaml\\): was ".*" and is "${value}"[^\n]*\n${info}$`,
      ),
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
  writeFiles(dir, { 'kustomization.yaml': JSON.stringify({ resources: ['deep/renamed.yaml', 'definitions.yaml'] }) });
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
  assert.match(
    stderr,
    /^warning ProcessRemoved: Process "sales\/l2o" \(l2o\.yaml\): was there and is removed: its deletion waits for its workflows, where it is guarded; `ameide-process drain` first is the better way\ninfo NotRendered: [^\n]*\n$/,
  );
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
  assert.match(stderr, /^error PinDropped: .*\(sub\/l2o\.yaml\)/m);
});

test('against a revision that holds broken YAML: said, and the rest is compared', ({ dir }) => {
  writeFiles(dir, { ...unrendered(), 'x.yaml': 'apiVersion: ameide.io/v1\nkind: [' });
  commit(dir);
  rmSync(join(dir, 'x.yaml'));
  const { code, stderr } = cli(dir, ['verify', '.', '--against', 'HEAD']);
  assert.is(code, 0);
  assert.match(stderr, /^warning YamlInvalid: x\.yaml: at that revision: /m);
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

test.run();
