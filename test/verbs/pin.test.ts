import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFnConfig } from '../../src/fn-config.ts';
import { packageOf } from '../../src/package/package.ts';
import { readPackage } from '../../src/package/read-package.ts';
import { writeFiles } from '../../src/package/write-files.ts';
import { renderPackage } from '../../src/verbs/render.ts';
import { type Bed, pinLines, processYaml, retainedLines, withBed } from './pin-bed.ts';

const pin = suite('pin');

pin('the first pin goes into the Process, its bytes beside it; a second run changes nothing and says so', () =>
  withBed(async ({ write, read, define, pin, tree }) => {
    const checksum = define('L2O_v3', 3);
    write({ 'team/l2o.yaml': processYaml('l2o') });
    const { status, stdout, stderr } = await pin();
    assert.is(status, 0);
    assert.match(
      stdout,
      /^PROCESS +DEFINITION +PINNED +RETAINED +FILE\nl2o +L2O_v3 +new → 3 +- +.*team\/l2o\.yaml\nchanged .*team\/l2o\.yaml\ncreated .*team\/l2o\.generated\.yaml$/,
    );
    assert.match(stderr, 'review the diff and commit');
    assert.is(read('team/l2o.yaml'), processYaml('l2o', pinLines(3, checksum)));
    const generated = read('team/l2o.generated.yaml');
    assert.match(generated, `name: l2o-definition-${checksum.slice(7, 17)}\n`);
    assert.ok(generated.endsWith('data:\n  definition.json: |\n    {"id":"L2O_v3","version":3}\n'));

    const before = tree();
    const again = await pin();
    assert.is(again.status, 0);
    assert.match(again.stdout, /every pin is as it should be, nothing to change$/);
    assert.is(again.stderr, '');
    assert.is(tree(), before);
  }),
);

pin('what is replaced is retained with its bytes; --version goes back and stays; latest follows again; --drop retires', () =>
  withBed(async ({ write, read, define, pin, server }) => {
    const one = define('L2O_v3', 1);
    write({ 'l2o.yaml': processYaml('l2o') });
    await pin();
    const two = define('L2O_v3', 2);
    assert.match((await pin()).stdout, /l2o +L2O_v3 +1 → 2 +1 /);
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(2, two), ...retainedLines([1, one])]));
    assert.match(read('l2o.generated.yaml'), /"version":2\}[\s\S]*\n---\n[\s\S]*"version":1\}/);

    await pin(['l2o'], { version: 1 });
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(1, one), ...retainedLines([2, two]), 'version: 1']));
    assert.match((await pin()).stdout, 'nothing to change');
    await pin(['l2o'], { version: 'latest' });
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(2, two), ...retainedLines([1, one])]));

    const asked = server.requests();
    const dropped = await pin([], { drop: ['1'], source: 'grpc://127.0.0.1:1' });
    assert.is(dropped.status, 0, dropped.stderr);
    assert.is(server.requests(), asked, 'dropping asks nobody');
    assert.is(read('l2o.yaml'), processYaml('l2o', pinLines(2, two)));
    assert.not.match(read('l2o.generated.yaml'), '---');
    assert.not.match(read('l2o.generated.yaml'), one);
  }),
);

pin('a version that is wanted and one more that is retained are written at one place, each where it belongs', () =>
  withBed(async ({ write, read, define, pin }) => {
    const [one, two, three] = [define('L2O_v3', 1), define('L2O_v3', 2), define('L2O_v3', 3)];
    write({ 'l2o.yaml': processYaml('l2o', [...pinLines(2, two), ...retainedLines([1, one])]) });
    const { status, stderr } = await pin([], { version: 3 });
    assert.is(status, 0, stderr);
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(3, three), ...retainedLines([1, one], [2, two]), 'version: 3']));
  }),
);

pin('a retained pin is dropped by the beginning of its checksum; what is not retained is refused with a list', () =>
  withBed(async ({ write, read, define, pin, tree }) => {
    const [one, two] = [define('L2O_v3', 1), define('L2O_v3', 2)];
    write({ 'l2o.yaml': processYaml('l2o', [...pinLines(2, two), ...retainedLines([1, one])]) });
    const before = tree();
    const unknown = await pin([], { drop: ['7', '2'] });
    assert.is(unknown.status, 1);
    assert.match(unknown.stderr, `"7" is not retained; retained: L2O_v3 version 1 (${one})`);
    assert.match(unknown.stderr, '"2" is the current pin; pin another version first');
    assert.is(tree(), before);
    assert.is((await pin([], { drop: [one.slice(7, 15)] })).status, 0);
    assert.is(read('l2o.yaml'), processYaml('l2o', pinLines(2, two)));
  }),
);

pin('bytes that must be retained and are gone are fetched by version, if they still are the same', () =>
  withBed(async ({ write, read, define, pin, tree }) => {
    const [one, two] = [define('L2O_v3', 1), define('L2O_v3', 2)];
    write({ 'l2o.yaml': processYaml('l2o', pinLines(1, one)) });
    assert.is((await pin()).status, 0);
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(2, two), ...retainedLines([1, one])]));
    assert.match(read('l2o.generated.yaml'), '{"id":"L2O_v3","version":1}');

    write({ 'l2o.generated.yaml': '' });
    define('L2O_v3', 1, '{"other":"bytes"}');
    const before = tree();
    const { status, stderr } = await pin();
    assert.is(status, 1);
    assert.match(
      stderr,
      /^error RetainedBytesMissing: Process "l2o" spec\.definitionRef\.retained \(p\/l2o\.yaml\): .*the source now gives sha256:/,
    );
    assert.is(tree(), before);
  }),
);

pin('a changed id is pinned anew and the old one retained; identical bytes under a new version replace nothing', () =>
  withBed(async ({ write, read, define, pin }) => {
    const [old, next] = [define('L2O_v3', 1), define('L2O_v4', 1)];
    write({ 'l2o.yaml': processYaml('l2o', pinLines(1, old), 'L2O_v4') });
    assert.match((await pin()).stdout, /L2O_v4 +L2O_v3 1 → 1 +L2O_v3 1 /);
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(1, next, 'L2O_v4'), ...retainedLines([1, old])], 'L2O_v4'));

    define('L2O_v4', 2, '{"id":"L2O_v4","version":1}\n');
    await pin();
    assert.is(read('l2o.yaml'), processYaml('l2o', [...pinLines(2, next, 'L2O_v4'), ...retainedLines([1, old])], 'L2O_v4'));
    assert.match(read('l2o.generated.yaml'), 'ameide.io/definition-version: "2"');
  }),
);

pin('another tenant is pinned anew; the bytes of the one before are kept, whoever they were for', () =>
  withBed(async ({ write, read, define, pin }) => {
    const one = define('L2O_v3', 1);
    write({ 'l2o.yaml': processYaml('l2o').replace('t123', 'acme') });
    assert.is((await pin([], { source: null })).status, 1);
    write({ 'l2o.yaml': processYaml('l2o') });
    await pin();
    define('../acme/L2O_v3', 5);
    write({ 'l2o.yaml': read('l2o.yaml').replace('t123', 'acme') });
    const { status, stderr } = await pin();
    assert.is(status, 0, stderr);
    assert.match(read('l2o.generated.yaml'), one);
    assert.not.match(read('l2o.generated.yaml'), 't123');
  }),
);

pin('a render finds what pin wrote and leaves it; pin leaves what the render made', () =>
  withBed(async (bed) => {
    const { write, read, define, pin } = bed;
    define('L2O_v3', 1);
    write({ 'l2o.yaml': processYaml('l2o') });
    await pin();
    const definitions = read('l2o.generated.yaml');
    await renderIn(bed);
    assert.ok(read('l2o.generated.yaml').startsWith(`${definitions}---\n`));
    const deployment = read('l2o.generated.yaml').slice(definitions.length);
    assert.match((await pin()).stdout, 'nothing to change');

    define('L2O_v3', 2);
    await pin();
    const two = read('l2o.generated.yaml');
    assert.ok(two.endsWith(deployment), 'the Deployment waits for the next render');
    await renderIn(bed);
    assert.ok(read('l2o.generated.yaml').startsWith(two.slice(0, -deployment.length)));
    assert.not.ok(read('l2o.generated.yaml').endsWith(deployment));
  }),
);

pin('kustomizations that list the Process list its definitions, and keep their comments', () =>
  withBed(async ({ write, read, define, pin }) => {
    define('L2O_v3', 1);
    write({
      'kustomization.yaml': '# all of them\nresources: [team/l2o.yaml, "other.yaml"] # here\n',
      'team/kustomization.yml': 'kind: Kustomization\nresources:\n    # the Process\n    - ./l2o.yaml   # this\n\n# end\n',
      'unrelated/kustomization.yaml': 'resources: [l2o.yaml]\n',
      'unrelated/l2o.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: l2o\n',
      'team/l2o.yaml': processYaml('l2o'),
    });
    await pin();
    assert.is(read('kustomization.yaml'), '# all of them\nresources: [team/l2o.yaml, "other.yaml", "team/l2o.generated.yaml"] # here\n');
    assert.is(
      read('team/kustomization.yml'),
      'kind: Kustomization\nresources:\n    # the Process\n    - ./l2o.yaml   # this\n    - l2o.generated.yaml\n\n# end\n',
    );
    assert.is(read('unrelated/kustomization.yaml'), 'resources: [l2o.yaml]\n');
    assert.match((await pin()).stdout, 'nothing to change');
  }),
);

pin('names choose; an unknown one, and a version for several, are refused', () =>
  withBed(async ({ write, define, pin, tree, read }) => {
    define('L2O_v3', 1);
    write({ 'a.yaml': processYaml('a'), 'b.yaml': processYaml('b') });
    const before = tree();
    const unknown = await pin(['c']);
    assert.is(unknown.status, 1);
    assert.match(unknown.stderr, 'holds no Process "c"; it holds: a, b');
    const several = await pin([], { version: 1 });
    assert.is(several.status, 2);
    assert.match(several.stderr, '--version needs the names of the Processes when there are several: a, b');
    assert.is(tree(), before);
    assert.is((await pin(['b'], { version: 1 })).status, 0);
    assert.is(read('a.yaml'), processYaml('a'));
    assert.match(read('b.yaml'), 'version: 1');
  }),
);

pin('many are looked up at once, each question asked once', () =>
  withBed(async ({ write, define, pin, server, read }) => {
    define('L2O_v3', 1);
    for (let at = 0; at < 40; at++) write({ [`p${at}.yaml`]: processYaml(`p${at}`) });
    define('own', 1);
    write({ 'own.yaml': processYaml('own', [], 'own') });
    assert.is((await pin()).status, 0);
    assert.is(server.requests(), 2);
    assert.match(read('p39.generated.yaml'), 'L2O_v3');
  }),
);

pin('--dry-run says what would change and changes nothing', () =>
  withBed(async ({ write, define, pin, tree }) => {
    define('L2O_v3', 1);
    write({ 'l2o.yaml': processYaml('l2o') });
    const before = tree();
    const { status, stdout } = await pin([], { dryRun: true });
    assert.is(status, 0);
    assert.match(stdout, /would be changed .*l2o\.yaml\nwould be created .*l2o\.generated\.yaml$/);
    assert.is(tree(), before);
  }),
);

async function renderIn({ dir }: Bed): Promise<void> {
  const read = readPackage(dir);
  const config = parseFnConfig(undefined);
  if ('problems' in read || 'problems' in config) throw new Error('not readable');
  const { changes, findings } = await renderPackage(packageOf(read.pkg.files), config.config, dir);
  assert.equal(findings, []);
  assert.equal(writeFiles(dir, changes), []);
}

pin.run();
