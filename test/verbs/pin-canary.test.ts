/** `pin --canary`: what the canary gets, what that retains, and what stands in the way. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { abortVerb, promoteVerb } from '../../src/verbs/canary.ts';
import { renderVerb } from '../../src/verbs/render.ts';
import { type Bed, pinLines, processYaml, retainedLines, withBed } from './pin-bed.ts';
import { terminalInto } from './terminal-into.ts';

const test = suite('pin --canary');

const silent = terminalInto();

/** The lines of a canary behind the Process's last. */
function withCanary(process: string, ...lines: readonly string[]): string {
  return `${process}${['rollout:', '  strategy: Canary', '  canary:', ...lines.map((line) => `    ${line}`)].map((line) => `  ${line}\n`).join('')}`;
}

async function stablePinned({ write, define, pin }: Bed): Promise<{ one: string; two: string; three: string }> {
  const one = define('L2O_v3', 1);
  write({ 'l2o.yaml': processYaml('l2o') });
  assert.is((await pin()).status, 0);
  return { one, two: define('L2O_v3', 2), three: define('L2O_v3', 3) };
}

const folder = (dir: string) => renderVerb(dir, { output: 'table' }, silent);

test('it begins a canary with the latest, its bytes beside the others; both Deployments mount both', () =>
  withBed(async (bed) => {
    const { read, pin, tree, dir } = bed;
    const { one, three } = await stablePinned(bed);
    const told = await pin(['l2o'], { canary: true });
    assert.is(told.status, 0, told.stderr);
    assert.match(told.stdout, /^PROCESS +DEFINITION +PINNED +CANARY +RETAINED +FILE\nl2o +L2O_v3 +1 +new → 3 +- /);
    assert.is(read('l2o.yaml'), withCanary(processYaml('l2o', pinLines(1, one)), ...pinLines(3, three)));
    assert.match(read('l2o.generated.yaml'), new RegExp(`l2o-definition-${three.slice(7, 17)}\\n`));
    const before = tree();
    assert.match((await pin(['l2o'], { canary: true })).stdout, 'nothing to change');
    assert.is(tree(), before);
    assert.is(await folder(dir), 0);
    const mounts = [...read('l2o.generated.yaml').matchAll(/path: "?([0-9a-f]{64})\/definition.json/g)].map(([, hex]) => hex);
    assert.equal(
      mounts,
      [one, three, three, one].map((checksum) => checksum.slice('sha256:'.length)),
    );
  }));

test('another version retains the one that workflows of the canary may run; a promotion and an abort keep all bytes', () =>
  withBed(async (bed) => {
    const { read, pin, dir } = bed;
    const { one, two, three } = await stablePinned(bed);
    await pin(['l2o'], { canary: true, version: 2 });
    assert.is(read('l2o.yaml'), withCanary(processYaml('l2o', pinLines(1, one)), 'version: 2', ...pinLines(2, two)));
    assert.match((await pin(['l2o'], { canary: true })).stdout, 'nothing to change');
    await pin(['l2o'], { canary: true, version: 'latest' });
    const both = withCanary(processYaml('l2o', [...pinLines(1, one), ...retainedLines([2, two])]), ...pinLines(3, three));
    assert.is(read('l2o.yaml'), both);
    const bytes = read('l2o.generated.yaml');
    const file = join(dir, 'l2o.yaml');
    assert.is(await abortVerb([file], { output: 'table' }, silent), 0);
    assert.match(read('l2o.yaml'), new RegExp(`checksum: ${two}[\\s\\S]*checksum: ${three}[\\s\\S]*strategy: Canary\\n$`));
    assert.is(await folder(dir), 0);
    for (const checksum of [one, two, three]) assert.match(read('l2o.generated.yaml'), `definition-${checksum.slice(7, 17)}\n`);
    bed.write({ 'l2o.yaml': both, 'l2o.generated.yaml': bytes });
    assert.is(await promoteVerb([file], { output: 'table' }, silent), 0);
    assert.match(read('l2o.yaml'), new RegExp(`pin:\\n +id: L2O_v3\\n +version: 3\\n +checksum: ${three}`));
    assert.is(await folder(dir), 0);
    for (const checksum of [one, two, three]) assert.match(read('l2o.generated.yaml'), `definition-${checksum.slice(7, 17)}\n`);
    assert.not.match(read('l2o.generated.yaml'), 'l2o-process-canary');
    // Nothing is missed or asked for again.
    assert.match((await pin()).stdout, 'nothing to change');
  }));

test('while the canary tries the latest, the pin that follows it stays, and the others of the folder are pinned', () =>
  withBed(async (bed) => {
    const { write, read, pin, outdated, define } = bed;
    const { one, three } = await stablePinned(bed);
    await pin(['l2o'], { canary: true });
    const begun = read('l2o.yaml');
    write({ 'o2c.yaml': processYaml('o2c', pinLines(1, one)) });
    assert.match((await outdated()).stdout, /^PROCESS .*\no2c +1 +3 +3 /);
    const told = await pin();
    assert.is(told.status, 0, told.stderr);
    assert.is(read('l2o.yaml'), begun);
    assert.is(read('o2c.yaml'), processYaml('o2c', [...pinLines(3, three), ...retainedLines([1, one])]));
    const remark =
      'version 3 of l2o is tried by the canary: `ameide-process promote p/l2o.yaml` or `ameide-process abort p/l2o.yaml` ends that.';
    assert.ok(told.stderr.split('\n').includes(remark), told.stderr);
    assert.equal(await outdated(), { status: 0, stdout: 'p: every pin is the latest, or the canary tries it', stderr: remark });
    assert.equal(JSON.parse((await outdated([], { output: 'json' })).stdout).outdated, []);
    // What is newer than the canary's is for `pin` again.
    define('L2O_v3', 4);
    assert.match((await outdated(['l2o'])).stdout, /\nl2o +1 +4 +4 /);
    assert.is((await pin(['l2o'])).status, 0);
    assert.match(read('l2o.yaml'), /pin:\n +id: L2O_v3\n +version: 4\n/);
  }));

const refusals: Readonly<Record<string, (bed: Bed) => Promise<readonly [told: Awaited<ReturnType<Bed['pin']>>, expected: RegExp]>>> = {
  'the stable version': async ({ pin }) => [
    await pin(['l2o'], { canary: true, version: 1 }),
    /^error CanaryInvalid: Process "l2o" spec\.rollout\.canary\.pin .*: version 1 is what the stable workers have: name another one with --version$/,
  ],
  'a version that the source does not have': async ({ pin }) => [
    await pin(['l2o'], { canary: true, version: 9 }),
    /^error DefinitionNotFound: /,
  ],
  'the canary’s version as the stable one': async ({ pin }) => {
    await pin(['l2o'], { canary: true });
    return [
      await pin(['l2o'], { version: 3 }),
      /^error CanaryInvalid: .* spec\.definitionRef\.pin .*: version 3 is the canary's: make it the stable one with `ameide-process promote FILE`/,
    ];
  },
  'to drop what the canary has': async ({ pin }) => {
    await pin(['l2o'], { canary: true });
    return [
      await pin([], { drop: ['3'] }),
      /^error PinNotRetained: .*: "3" is the canary's: end it first, with `ameide-process promote FILE` or `abort FILE`$/,
    ];
  },
  'a canary under strategy Recreate': async ({ write, read, pin }) => {
    write({ 'l2o.yaml': `${read('l2o.yaml')}  rollout: {strategy: Recreate}\n` });
    return [
      await pin(['l2o'], { canary: true }),
      /^error CanaryInvalid: .* spec\.rollout\.strategy .*: strategy Recreate never lets two versions run side by side/,
    ];
  },
  'a canary without a stable pin': async ({ write, pin }) => {
    write({ 'l2o.yaml': processYaml('l2o') });
    return [await pin(['l2o'], { canary: true }), /^error PinMissing: .*: there is no stable pin yet/];
  },
};

for (const [what, provoke] of Object.entries(refusals)) {
  test(`refused, and nothing is written: ${what}`, () =>
    withBed(async (bed) => {
      await stablePinned(bed);
      const [told, expected] = await provoke(bed);
      assert.is(told.status, 1);
      assert.match(told.stderr, expected);
    }));
}

test('a canary of several Processes needs their names', () =>
  withBed(async ({ write, define, pin }) => {
    define('L2O_v3', 1);
    write({ 'a.yaml': processYaml('a'), 'b.yaml': processYaml('b') });
    await pin();
    const told = await pin([], { canary: true });
    assert.is(told.status, 2);
    assert.match(told.stderr, /^error: --canary needs the names of the Processes when there are several: a, b/);
  }));

test.run();
