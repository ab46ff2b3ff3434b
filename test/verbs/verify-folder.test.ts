/** `verify DIR`, as a person runs it, in scratch folders. */
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { cli, leftToBuild, unrendered, writeOverlays } from './verify-scratch.ts';

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

test('a folder that kustomize renders passes, with the command that verifies the rest', ({ dir }) => {
  writeFiles(dir, unrendered());
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(stderr, leftToBuild('.'));
  assert.match(
    stdout,
    /^PROCESS +FILE +VALID +PINNED +DEFINITION +GUARD\nsales\/l2o +l2o\.yaml +PASS +PASS +PASS +PASS\nPASS: 1 Process, nothing wrong\n$/,
  );
  assert.is(code, 0);
});

test('a rendered folder passes, and fails once it is stale, with file and command', ({ dir }) => {
  rendered(dir);
  const fresh = cli(dir, ['verify', '.']);
  assert.is(fresh.stderr, '');
  assert.match(fresh.stdout, /RENDERED +GUARD\n.*PASS +PASS\n/);
  writeFiles(dir, {
    'l2o.yaml': unrendered({ temporal: { address: 'other:7233' } })['l2o.yaml']!.replace(
      '"metadata":{',
      '"metadata":{"annotations":{"ameide.io/rendered-from":"x"},',
    ),
  });
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stdout, /PASS +PASS +PASS +FAIL +PASS\n/);
  const files = /is not what a render gives now: (?=.*\bl2o\.yaml)(?=.*l2o\.generated\.yaml)[^;]*/.source;
  assert.match(
    stderr,
    new RegExp(`^error RenderStale: Process "sales/l2o" \\(l2o\\.yaml\\): ${files}; run \`ameide-process render \\.\` and commit\\n$`),
  );
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
  assert.match(
    stray.stderr,
    /error RenderStale: l2o\.generated\.yaml: belongs to no Process any more; run `ameide-process render \.` and commit/,
  );
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
  assert.match(stdout, /a\/l2o\.yaml +FAIL +- +- +- +PASS\n/);
  assert.match(stdout, /b\/l2o\.yaml +PASS +FAIL +- +- +PASS\n/);
  assert.match(stdout, /d\/l2o\.yaml +PASS +PASS +PASS +FAIL +PASS\n/);
});

test('what would defeat the guard is warned of, each by what is committed in its own folder', ({ dir }) => {
  const annotated = (name: string, value: string) => ({
    ...unrendered(),
    'l2o.yaml': unrendered()['l2o.yaml']!.replace('"metadata":{', `"metadata":{"annotations":{"argocd.argoproj.io/${name}":"${value}"},`),
  });
  writeFiles(join(dir, 'a'), annotated('sync-wave', '0'));
  writeFiles(join(dir, 'b'), annotated('sync-wave', '1'));
  writeFiles(join(dir, 'c'), annotated('sync-options', 'PruneLast=true'));
  for (const folder of ['a', 'b']) assert.is(cli(dir, ['render', folder]).code, 0);
  const { code, stdout, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 0, 'drained before they are removed, all of them lose nothing');
  assert.match(stdout, /a\/l2o\.yaml .*PASS\n.*b\/l2o\.yaml .*PASS\n.*c\/l2o\.yaml .*PASS\n/);
  const warnings = stderr.split('\n').filter((line) => line.startsWith('warning '));
  assert.equal(warnings, [
    'warning GuardIneffective: Process "sales/l2o" (a/l2o.yaml): argocd.argoproj.io/sync-wave is set, 0 here and 0 on workers or definitions, which would not wait: remove it from the Process in Git',
    'warning GuardIneffective: Process "sales/l2o" (c/l2o.yaml): argocd.argoproj.io/sync-options has PruneLast=true, which deletes it after its workers',
  ]);
});

test('broken YAML, no Process, no folder', ({ dir }) => {
  writeFiles(dir, { 'broken/l2o.yaml': 'apiVersion: ameide.io/v1\nkind: [', 'empty/x.yaml': 'a: b\n' });
  for (const [folder, found] of [
    ['broken', /^error YamlInvalid: broken\/l2o\.yaml: /],
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
  assert.match(
    whole.stderr,
    /^info PinMissing: Process "sales\/l2o" \(base\/l2o\.yaml\): is not pinned here but in overlays; [^\n]*`kustomize build --enable-alpha-plugins --enable-exec prod \| ameide-process verify --rendered -`, and likewise staging\n$/,
  );
  rmSync(join(dir, 'prod/l2o.generated.yaml'));
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(
    stderr,
    /error DefinitionBytesMissing: Process "l2o" spec\.definitionRef\.pin \(prod\/l2o\.pin\.yaml\).*`ameide-process pin prod/,
  );
  assert.match(
    stderr,
    /error PackageInvalid: prod\/kustomization\.yaml: lists "l2o\.generated\.yaml", which is not there; remove the entry or restore/,
  );
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

test('an overlay without any pin fails, by itself and in a tree in which another one is pinned', ({ dir }) => {
  writeOverlays(dir);
  for (const name of ['l2o.pin.yaml', 'l2o.generated.yaml']) rmSync(join(dir, 'prod', name));
  writeFiles(dir, { 'prod/kustomization.yaml': JSON.stringify({ resources: ['../base'], namePrefix: 'prod-' }) });
  for (const [folder, lines] of [
    ['prod', 1],
    ['.', 2],
  ] as const) {
    const { code, stdout, stderr } = cli(dir, ['verify', folder]);
    assert.is(code, 1);
    assert.match(
      stderr,
      'error PinMissing: prod/kustomization.yaml: this overlay has no pin yet; run `ameide-process pin prod` and commit\n',
    );
    assert.is(stderr.trimEnd().split('\n').length, lines, stderr);
    assert.not.match(stderr, '--enable-exec prod', 'what it builds is nothing to verify yet');
    assert.match(stdout, /sales\/l2o +prod\/kustomization\.yaml .*FAIL/);
  }
  const pinned = cli(dir, ['verify', 'staging']);
  assert.is(pinned.code, 0);
  assert.is(pinned.stderr, leftToBuild('staging'));
});

test('pins count wherever an overlay has them: in itself, in the kustomizations it takes, in inline patches', ({ dir }) => {
  writeOverlays(dir);
  const pin = readFileSync(join(dir, 'prod/l2o.pin.yaml'), 'utf8');
  writeFiles(dir, {
    'east/kustomization.yaml': JSON.stringify({ resources: ['../prod'], namePrefix: 'east-' }),
    'all/kustomization.yaml': JSON.stringify({ resources: ['../east', '../staging'] }),
    'inline/kustomization.yaml': JSON.stringify({ resources: ['../base'], patches: [{ patch: pin }] }),
  });
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 0, stderr);
  writeFiles(dir, {
    'none/kustomization.yaml': JSON.stringify({ resources: ['../base'] }),
    'all/kustomization.yaml': JSON.stringify({ resources: ['../east', '../none'] }),
  });
  const mixed = cli(dir, ['verify', 'all']);
  assert.is(mixed.code, 1);
  assert.match(mixed.stderr, /^error PinMissing: none\/kustomization\.yaml: this overlay has no pin yet; run `ameide-process pin none`/);
});

test('a Process that nobody renders is an error, alone and beside a rendered one', ({ dir }) => {
  const { 'kustomization.yaml': _, ...files } = unrendered();
  writeFiles(join(dir, 'a'), files);
  const alone = cli(dir, ['verify', 'a/']);
  assert.is(alone.code, 1);
  assert.is(
    alone.stderr,
    'error NotRendered: Process "sales/l2o" (a/l2o.yaml): has no workers in Git; run `ameide-process render a` and commit\n',
  );
  assert.match(alone.stdout, /RENDERED +GUARD\nsales\/l2o +a\/l2o\.yaml .*FAIL +PASS\n/);
  assert.is(cli(dir, ['render', 'a']).code, 0);
  assert.is(cli(dir, ['verify', 'a']).code, 0);
  writeFiles(join(dir, 'b'), files);
  const mixed = cli(dir, ['verify', '.', '-o', 'json']);
  assert.is(mixed.code, 1);
  assert.match(mixed.stderr, /^error NotRendered: Process "sales\/l2o" \(b\/l2o\.yaml\)[^\n]*\n$/);
  assert.match(JSON.parse(mixed.stdout).next_steps[0], 'NotRendered: Run `ameide-process render .` and commit');
});

test('a Process beside a kustomization that does not list it is built by nobody', ({ dir }) => {
  writeFiles(dir, { ...unrendered(), 'kustomization.yaml': JSON.stringify({ resources: ['definitions.yaml'] }) });
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  assert.match(stderr, /^error NotRendered: Process "sales\/l2o" \(l2o\.yaml\): has no workers in Git[^\n]*\n$/);
});

test('what a kustomization lists and is not there is named; what is elsewhere is not missed', ({ dir }) => {
  const kustomization = {
    resources: ['l2o.yaml', 'definitions.yaml', 'gone.yaml', 'https://example.com/x.yaml', 'github.com/a/b//c?ref=v1', 'example.com/a/b'],
    patches: [{ path: 'gone.pin.yaml' }],
    transformers: ['apiVersion: x\nkind: y\n'],
  };
  writeFiles(dir, { ...unrendered(), 'kustomization.yaml': JSON.stringify(kustomization) });
  const { code, stderr } = cli(dir, ['verify', '.']);
  assert.is(code, 1);
  const missing = ['gone.yaml', 'gone.pin.yaml'].map(
    (name) => `error PackageInvalid: kustomization.yaml: lists "${name}", which is not there; remove the entry or restore the file\n`,
  );
  assert.is(stderr, missing.join('') + leftToBuild('.'));
});

test('--rendered: a folder and a missing file are said in words', ({ dir }) => {
  writeFiles(dir, { 'deploy/x.yaml': 'a: b\n' });
  const folder = cli(dir, ['verify', '--rendered', 'deploy']);
  assert.is(folder.code, 1);
  assert.is(folder.stderr, 'error PackageInvalid: deploy: is a folder; verify it with `ameide-process verify deploy`\n');
  for (const [path, name] of [
    ['deploy/x.yaml', 'deploy/x.yaml'],
    ['-', 'stdin'],
  ] as const) {
    const stream = cli(dir, ['verify', path]);
    assert.is(stream.code, 1);
    assert.match(
      stream.stderr,
      `error PackageInvalid: ${name}: is no folder; a rendered stream is verified with \`ameide-process verify --rendered ${path}\``,
    );
  }
  const missing = cli(dir, ['verify', '--rendered', 'gone.yaml']);
  assert.is(missing.code, 1);
  assert.is(missing.stderr, 'error PackageInvalid: gone.yaml: there is no such file\n');
});

test.run();
