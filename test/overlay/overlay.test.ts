import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { abortVerb, promoteVerb } from '../../src/verbs/canary.ts';
import { part } from '../testbed/parts.ts';
import { type Bed, pinLines, processYaml, retainedLines, withBed } from '../verbs/pin-bed.ts';
import { terminalInto } from '../verbs/terminal-into.ts';

const overlay = suite<{ path: string | undefined; kustomize: string }>('overlay');

overlay.before(async (context) => {
  context.kustomize = await part('kustomize');
  context.path = process.env.PATH;
});
overlay.after.each(({ path }) => {
  process.env.PATH = path;
});

/** A bed with kustomize as the only program on PATH; its definitions have versions 1 to 3. */
function withOverlays(kustomize: string, test: (bed: Bed, checksums: readonly string[]) => Promise<void>): Promise<void> {
  return withBed(async (bed) => {
    const bin = join(bed.dir, '../bin');
    mkdirSync(bin);
    symlinkSync(kustomize, join(bin, 'kustomize'));
    process.env.PATH = bin;
    const checksums = [1, 2, 3].map((version) => bed.define('L2O_v3', version));
    bed.write({ 'base/l2o.yaml': processYaml('l2o'), 'base/kustomization.yaml': 'resources: [l2o.yaml]\n' });
    await test(bed, checksums);
  });
}

const staging = '# staging\nresources:\n- ../../base # the base\n\nnamePrefix: staging-\nnamespace: staging\n';
const production = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: production
nameSuffix: -prod
resources:
    - ../../base   # elsewhere
    - own.yaml
# what differs
patches:
    # the image
    - path: image.yaml
      target: {kind: Process, name: l2o}
`;
const imagePatch = processYaml('l2o')
  .replace(/^ {2}definitionRef:[\s\S]*/m, '')
  .replace('0.7.0', '0.8.0');

function patchOf(name: string, reference: readonly string[]): string {
  const lines = ['apiVersion: ameide.io/v1', 'kind: Process', 'metadata:', `  name: ${name}`, 'spec:', '  definitionRef:'];
  return `${[...lines, ...reference.map((line) => `    ${line}`)].join('\n')}\n`;
}

overlay('a canary stands in the patch of its overlay; promotion and abort there come out of the build', ({ kustomize }) =>
  withOverlays(kustomize, async ({ dir, write, read, pin }, [one, two, three]) => {
    write({ 'overlays/staging/kustomization.yaml': staging });
    assert.is((await pin([], { version: 1 }, 'overlays/staging')).status, 0);
    const told = await pin([], { canary: true, version: 2 }, 'overlays/staging');
    assert.is(told.status, 0, told.stderr);
    const patch = 'overlays/staging/l2o.pin.yaml';
    const begun = read(patch);
    assert.match(
      begun,
      new RegExp(`checksum: ${one}[\\s\\S]*rollout:\\n +strategy: Canary\\n +canary:\\n +version: 2\\n +pin:[\\s\\S]*${two}`),
    );
    assert.match(read('overlays/staging/l2o.generated.yaml'), `definition-${two!.slice(7, 17)}-staging\n`);
    const retained = async () => {
      const { stdout, status, stderr } = await pin([], { drop: [], version: 3, dryRun: true, output: 'json' }, 'overlays/staging');
      assert.is(status, 0, stderr);
      const [{ was, retained: kept, canary }] = (JSON.parse(stdout) as { processes: Json[] }).processes as [Json];
      return [was.checksum, kept.map(({ checksum }) => checksum), canary];
    };
    assert.equal(await retained(), [one, [one], { id: 'L2O_v3', version: 2, checksum: two }]);
    const terminal = terminalInto();
    assert.is(await promoteVerb([join(dir, patch)], { output: 'table' }, terminal), 0);
    assert.equal(await retained(), [two, [one, two], undefined]);
    write({ [patch]: begun });
    assert.is(await abortVerb([join(dir, patch)], { output: 'table' }, terminal), 0);
    assert.equal(await retained(), [one, [two, one], undefined]);
    assert.ok(three);
  }),
);

interface Json {
  readonly was: { readonly checksum: string };
  readonly retained: readonly { readonly checksum: string }[];
  readonly canary?: object;
}

overlay('the pin is a patch, its bytes a file, both listed; a second run changes nothing', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, read, pin, tree }, [, , three]) => {
    write({ 'overlays/staging/kustomization.yaml': staging });
    const { status, stdout, stderr } = await pin([], {}, 'overlays/staging');
    assert.is(status, 0, stderr);
    assert.match(stdout, /^staging\/staging-l2o +L2O_v3 +new → 3 +- +.*overlays\/staging\/l2o\.pin\.yaml$/m);
    assert.is(read('overlays/staging/l2o.pin.yaml'), patchOf('l2o', [...pinLines(3, three!), 'retained: []']));
    assert.match(read('overlays/staging/l2o.generated.yaml'), `name: l2o-definition-${three!.slice(7, 17)}-staging\n`);
    assert.is(
      read('overlays/staging/kustomization.yaml'),
      '# staging\nresources:\n- ../../base # the base\n- l2o.generated.yaml\n\nnamePrefix: staging-\nnamespace: staging\npatches:\n- path: l2o.pin.yaml\n',
    );
    assert.is(read('base/l2o.yaml'), processYaml('l2o'));

    const before = tree();
    const again = await pin([], {}, 'overlays/staging');
    assert.match(again.stdout, /nothing to change$/);
    assert.is(tree(), before);
  }),
);

overlay('two overlays pin different versions of one base; what is in the overlay’s own folder is pinned in place', ({ kustomize }) =>
  withOverlays(kustomize, async (bed, [one, , three]) => {
    const { write, read, pin } = bed;
    write({
      'overlays/staging/kustomization.yaml': staging,
      'overlays/prod/kustomization.yaml': production,
      'overlays/prod/image.yaml': imagePatch,
      'overlays/prod/own.yaml': processYaml('own'),
    });
    await pin([], {}, 'overlays/staging');
    const produced = await pin(['l2o'], { version: 1 }, 'overlays/prod');
    assert.is(produced.status, 0, produced.stderr);
    assert.is(read('overlays/prod/l2o.pin.yaml'), patchOf('l2o', ['version: 1', ...pinLines(1, one!), 'retained: []']));
    assert.is(read('overlays/prod/own.yaml'), processYaml('own'), 'not named');
    await pin(['production/own-prod'], {}, 'overlays/prod');
    assert.is(read('overlays/prod/own.yaml'), processYaml('own', pinLines(3, three!)));
    assert.is(
      read('overlays/prod/kustomization.yaml'),
      `${production.replace('    - own.yaml\n', '    - own.yaml\n    - l2o.generated.yaml\n    - own.generated.yaml\n')}    - path: l2o.pin.yaml\n`,
    );
    assert.is(read('overlays/prod/image.yaml'), imagePatch);

    // The base catches up with what staging has, and then passes it: no object appears twice.
    await pin([], { version: 3 }, 'base');
    assert.is((await pin([], {}, 'overlays/staging')).status, 0);
    await pin([], { version: 2 }, 'base');
    assert.equal(pinsIn(built(kustomize, bed, 'overlays/prod')), [
      ['l2o-prod', 1],
      ['own-prod', 3],
    ]);
    assert.match((await pin(['l2o'], {}, 'overlays/prod')).stdout, 'nothing to change');
  }),
);

overlay('what is replaced is retained in the patch, beside what the base retains; dropping wins over the base', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, read, pin }, [one, two, three]) => {
    write({
      'base/l2o.yaml': processYaml('l2o', [...pinLines(2, two!), ...retainedLines([1, one!])]),
      'overlays/staging/kustomization.yaml': staging,
    });
    await pin([], {}, 'overlays/staging');
    assert.is(read('overlays/staging/l2o.pin.yaml'), patchOf('l2o', [...pinLines(3, three!), ...retainedLines([1, one!], [2, two!])]));
    const { status, stderr } = await pin([], { drop: ['1', '2'], source: null }, 'overlays/staging');
    assert.is(status, 0, stderr);
    assert.is(read('overlays/staging/l2o.pin.yaml'), patchOf('l2o', [...pinLines(3, three!), 'retained: []']));
    assert.not.match(read('overlays/staging/l2o.generated.yaml'), '---');
    assert.match((await pin([], {}, 'overlays/staging')).stdout, 'nothing to change');
  }),
);

overlay('a patch that sets the pin already is edited in place; --version latest undoes the version of the base', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, read, pin }, [one, two, three]) => {
    const patch = (version: number, checksum: string, more = '') =>
      `# ours\napiVersion: ameide.io/v1\nkind: Process\nmetadata: {name: l2o}\nspec:\n  image: y # newer\n  definitionRef: # here\n    pin: {id: L2O_v3, version: ${version}, checksum: "${checksum}"} # v\n${more}`;
    write({
      'base/l2o.yaml': processYaml('l2o', ['version: 2']),
      'overlays/staging/kustomization.yaml': `${staging}patchesStrategicMerge: [process.yaml]\n`,
      'overlays/staging/process.yaml': patch(1, one!),
    });
    await pin([], {}, 'overlays/staging');
    const retained = `    retained:\n    - id: L2O_v3\n      version: 1\n      checksum: ${one}\n`;
    assert.is(read('overlays/staging/process.yaml'), patch(2, two!, retained));
    assert.not.match(read('overlays/staging/kustomization.yaml'), 'pin.yaml');
    await pin([], { version: 'latest' }, 'overlays/staging');
    const both = `${retained}    - id: L2O_v3\n      version: 2\n      checksum: ${two}\n    version: null\n`;
    assert.is(read('overlays/staging/process.yaml'), patch(3, three!, both));
    assert.match((await pin([], {}, 'overlays/staging')).stdout, 'nothing to change');
  }),
);

overlay('an overlay of an overlay, with prefixes on the way, and several Processes in one file', ({ kustomize }) =>
  withOverlays(kustomize, async (bed) => {
    const { write, read, pin } = bed;
    write({
      'base/l2o.yaml': `${processYaml('l2o')}---\n${processYaml('o2c')}`,
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\nnamePrefix: prod-\n',
      'regions/eu/kustomization.yaml': 'resources: [../../overlays/prod]\nnamePrefix: eu-\ncomponents: [../../component]\n',
      'component/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n',
    });
    await pin(['l2o'], { version: 1 }, 'overlays/prod');
    await pin(['o2c'], { version: 2 }, 'overlays/prod');
    const { status, stderr } = await pin(['eu-prod-l2o-c'], {}, 'regions/eu');
    assert.is(status, 0, stderr);
    assert.match(read('regions/eu/prod-l2o-c.pin.yaml'), 'version: 1');
    await pin(['eu-prod-l2o-c'], { version: 'latest' }, 'regions/eu');
    assert.equal(pinsIn(built(kustomize, bed, 'regions/eu')), [
      ['eu-prod-l2o-c', 3],
      ['eu-prod-o2c-c', 2],
    ]);
  }),
);

overlay('functions are not run, and do not stand in the way', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin, dir }) => {
    const fn = join(dir, 'fn.sh');
    write({
      'fn.sh': '#!/bin/sh\nexit 1\n',
      'overlays/staging/kustomization.yaml': `${staging}transformers: [fn.yaml]\n`,
      'overlays/staging/fn.yaml': `apiVersion: fn.ameide.io/v1\nkind: ProcessRender\nmetadata:\n  name: render\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ${fn}}\n`,
    });
    chmodSync(fn, 0o755);
    const { status, stderr } = await pin([], {}, 'overlays/staging');
    assert.is(status, 0, stderr);
  }),
);

overlay('neither are functions in containers', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin }) => {
    write({
      'overlays/staging/kustomization.yaml': `${staging}transformers: [fn.yaml]\n`,
      'overlays/staging/fn.yaml':
        'apiVersion: fn.ameide.io/v1\nkind: ProcessRender\nmetadata:\n  name: render\n  annotations:\n    config.kubernetes.io/function: |\n      container: {image: example.com/render:1}\n',
    });
    const { status, stdout, stderr } = await pin([], {}, 'overlays/staging');
    assert.is(status, 0, stderr);
    assert.match(stdout, 'new → 3');
  }),
);

overlay('promotion is copying: the other overlay’s patch and definitions are taken over as they are', ({ kustomize }) =>
  withOverlays(kustomize, async (bed) => {
    const { write, read, pin } = bed;
    write({ 'overlays/staging/kustomization.yaml': staging, 'overlays/prod/kustomization.yaml': 'resources: [../../base]\n' });
    await pin([], { version: 2 }, 'overlays/staging');
    for (const file of ['l2o.pin.yaml', 'l2o.generated.yaml']) write({ [`overlays/prod/${file}`]: read(`overlays/staging/${file}`) });
    const { status, stderr } = await pin([], {}, 'overlays/prod');
    assert.is(status, 0, stderr);
    assert.is(read('overlays/prod/kustomization.yaml'), 'resources: [../../base, "l2o.generated.yaml"]\npatches:\n- path: l2o.pin.yaml\n');
    assert.equal(pinsIn(built(kustomize, bed, 'overlays/prod')), [['l2o', 2]]);
    assert.match((await pin([], {}, 'overlays/prod')).stdout, 'nothing to change');
  }),
);

overlay('a broken Process beside the named one is none of our business', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin }) => {
    write({
      'overlays/staging/kustomization.yaml': staging,
      'base/l2o.yaml': `${processYaml('l2o')}---\n${processYaml('broken', ['versoin: 1'])}`,
    });
    const { status, stderr } = await pin(['l2o'], {}, 'overlays/staging');
    assert.is(status, 0, stderr);
  }),
);

overlay('outdated sees the built Process', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin, outdated }) => {
    write({ 'overlays/staging/kustomization.yaml': staging });
    const unpinned = await outdated([], {}, 'overlays/staging');
    assert.is(unpinned.status, 1);
    assert.match(unpinned.stdout, /^staging\/staging-l2o +none +3 +3 +.*overlays\/staging\/kustomization\.yaml$/m);
    await pin([], { version: 2 }, 'overlays/staging');
    const held = await outdated([], {}, 'overlays/staging');
    assert.match(held.stdout, /^staging\/staging-l2o +2 +2 +3 +.*overlays\/staging\/l2o\.pin\.yaml$/m);
  }),
);

overlay('overlays below a folder are named, not half handled; an aggregating kustomization is none', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin, read }) => {
    write({ 'overlays/staging/kustomization.yaml': staging, 'kustomization.yaml': 'resources: [base]\n' });
    process.env.PATH = '/nowhere';
    const { status, stdout, stderr } = await pin();
    assert.is(status, 0, stderr);
    assert.match(stdout, /^l2o +L2O_v3 +new → 3 +- +.*base\/l2o\.yaml$/m);
    assert.ok(stderr.endsWith('Overlays below have pins of their own; take them one by one:\n  ameide-process pin p/overlays/staging'));
    assert.is(read('overlays/staging/kustomization.yaml'), staging);
    assert.is(read('base/kustomization.yaml'), 'resources: [l2o.yaml, "l2o.generated.yaml"]\n');
  }),
);

overlay('an overlay’s patch is no Process to a folder above it', ({ kustomize }) =>
  withOverlays(kustomize, async ({ write, pin }) => {
    write({ 'overlays/staging/kustomization.yaml': staging });
    await pin([], { version: 1 }, 'overlays/staging');
    const { status, stdout, stderr } = await pin();
    assert.is(status, 0, stderr);
    assert.is(stdout.split('\n').filter((line) => line.includes('L2O_v3')).length, 1, stdout);
  }),
);

const failures: readonly [is: string, prepare: (bed: Bed) => void, says: RegExp][] = [
  [
    'no kustomize',
    () => Object.assign(process.env, { PATH: '/nowhere' }),
    /^error ToolMissing: .*get it: `go install sigs\.k8s\.io\/kustomize\/kustomize\/v5@v5\.8\.1`/,
  ],
  [
    'a kustomization that does not build',
    ({ write }) => write({ 'overlays/staging/kustomization.yaml': `${staging}patches: [{path: absent.yaml}]\n` }),
    /^error PackageInvalid: .*overlays\/staging: kustomize cannot build it: .*absent\.yaml/,
  ],
  [
    'another patch that has the last word: everything is taken back',
    ({ write, define }) =>
      write({
        'overlays/staging/kustomization.yaml': `${staging}patches: [{path: l2o.pin.yaml}, {path: last.yaml, target: {kind: Process}}]\n`,
        'overlays/staging/l2o.pin.yaml': patchOf('l2o', pinLines(1, define('L2O_v3', 1))),
        'overlays/staging/last.yaml': '- op: add\n  path: /spec/definitionRef/pin/version\n  value: 1\n',
      }),
    /^error NotEditable: Process "staging\/staging-l2o" spec\.definitionRef\.pin .*another patch sets spec\.definitionRef after it/,
  ],
  [
    'a broken Process',
    ({ write }) => write({ 'base/l2o.yaml': processYaml('l2o', ['versoin: 1']) }),
    /^error FieldUnknown: Process "staging\/staging-l2o" .*versoin/,
  ],
  [
    'patches that cannot be appended to',
    ({ write }) => write({ 'overlays/staging/kustomization.yaml': `${staging}patches: &p []\n` }),
    /^error NotEditable: p\/overlays\/[a-z]+\/kustomization\.yaml: patches has an anchor/,
  ],
];

for (const [is, prepare, says] of failures) {
  overlay(`${is}: nothing changes`, ({ kustomize }) =>
    withOverlays(kustomize, async (bed) => {
      bed.write({ 'overlays/staging/kustomization.yaml': staging });
      prepare(bed);
      const before = bed.tree();
      const { status, stdout, stderr } = await bed.pin([], {}, 'overlays/staging');
      assert.is(status, 1, stdout);
      assert.match(stderr, says);
      assert.is(bed.tree(), before);
    }),
  );
}

function built(kustomize: string, { dir }: Bed, below: string): string {
  return execFileSync(kustomize, ['build', join(dir, below)], { encoding: 'utf8' });
}

/** Name and pinned version of each Process. */
function pinsIn(manifests: string): (readonly [string, number])[] {
  return manifests
    .split(/^---$/m)
    .filter((text) => /^kind: Process$/m.test(text))
    .map((text) => [/^ {2}name: (.*)$/m.exec(text)![1]!, Number(/pin:[\s\S]*?version: (\d+)/.exec(text)![1])] as const);
}

overlay.run();
