/** `verify DIR`, as a person runs it, in scratch folders. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { cli, unrendered, writeOverlays } from './verify-scratch.ts';

interface Scratch {
  dir: string;
}
const test = suite<Scratch>('verbs/verify-folder');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-verify-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

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
  assert.match(stderr, /error ChecksumMismatch: ConfigMap "sales\/l2o-definition-cbc6ba17b4" data\[definition\.json\] \(c\/d\.yaml\)/);
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

test('a Process that a render could not write to: said, without a stack', ({ dir }) => {
  const { definitionRef, ...spec } = JSON.parse(unrendered({ versions: [3] })['l2o.yaml']!).spec;
  const text = `apiVersion: ameide.io/v1\nkind: Process\nmetadata: &anchor\n  name: l2o\n  annotations:\n    ameide.io/rendered-from: "1"\nspec: ${JSON.stringify({ ...spec, definitionRef })}\n`;
  writeFiles(dir, { ...unrendered(), 'l2o.yaml': text });
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stderr, /^error NotEditable: Process "l2o" \(l2o\.yaml\): a render would change it, but metadata has an anchor[^\n]*\n$/);
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
