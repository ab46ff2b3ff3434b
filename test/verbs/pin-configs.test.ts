import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDevelopmentServer } from '../../src/definition/development-server.ts';
import { readFnConfig } from '../../src/package/read-fn-config.ts';
import { readPackage } from '../../src/package/read-package.ts';
import { type Bed, pinLines, processYaml, withBed } from './pin-bed.ts';

const configs = suite('pin and the configuration');

function config(source: string, more = ''): string {
  return `apiVersion: fn.ameide.io/v1\nkind: ProcessRender\nmetadata: {name: render}\nspec: {source: "${source}"${more}}\n`;
}

const nobody = 'grpc://127.0.0.1:1';

configs('overlays below have their own configurations: they are not for what is in the base', () =>
  withBed(async ({ define, write, pin, outdated, read }) => {
    define('L2O_v3', 1);
    for (const name of ['prod', 'staging']) {
      write({
        [`${name}/kustomization.yaml`]: 'resources: [../base]\npatches: [{path: l2o.pin.yaml}]\ntransformers: [fn.yaml]\n',
        [`${name}/l2o.pin.yaml`]: 'apiVersion: ameide.io/v1\nkind: Process\nmetadata: {name: l2o}\n',
        [`${name}/fn.yaml`]: config(nobody),
      });
    }
    write({ 'base/l2o.yaml': processYaml('l2o'), 'base/kustomization.yaml': 'resources: [l2o.yaml]\n' });
    const unknown = await pin([], { source: null });
    assert.match(unknown.stderr, /^error SourceInvalid: no source of definitions is known/);
    const { status, stderr } = await pin();
    assert.is(status, 0, stderr);
    assert.match(read('base/l2o.yaml'), 'version: 1');
    assert.is((await outdated()).status, 0);
  }),
);

configs('a new overlay without a patch is none of the base’s either', () =>
  withBed(async ({ define, write, pin }) => {
    define('L2O_v3', 1);
    write({
      'prod/kustomization.yaml': 'resources: [../base]\ntransformers: [fn.yaml]\n',
      'prod/fn.yaml': config(nobody),
      'base/l2o.yaml': processYaml('l2o'),
      'base/kustomization.yaml': 'resources: [l2o.yaml]\n',
    });
    assert.match((await pin([], { source: null })).stderr, /^error SourceInvalid: no source of definitions is known/);
  }),
);

configs('each Process asks the source of the configuration nearest above it', () =>
  withBed(async (bed) => {
    const { define, write, pin, outdated, dir, server } = bed;
    define('L2O_v3', 1);
    const other = await startDevelopmentServer({ dir: join(dir, '../definitions') });
    try {
      write({
        'fn.yaml': config(server.address),
        'a/b/one.yaml': processYaml('one'),
        'two/two.yaml': processYaml('two'),
        'two/fn.yaml': config(other.address),
      });
      const { status, stderr } = await pin([], { source: null });
      assert.is(status, 0, stderr);
      assert.equal([server.requests(), other.requests()], [1, 1]);
      assert.is((await outdated([], { source: null })).status, 0);
      assert.equal([server.requests(), other.requests()], [2, 2]);
    } finally {
      await other.close();
    }
  }),
);

configs('where one configuration has no source, the finding names a Process that it is for', () =>
  withBed(async ({ define, write, pin, tree, server }) => {
    define('L2O_v3', 1);
    write({ 'a/a.yaml': processYaml('a'), 'b/b.yaml': processYaml('b'), 'b/fn.yaml': config(server.address) });
    const before = tree();
    const { status, stderr } = await pin([], { source: null });
    assert.is(status, 1);
    assert.match(stderr, /^error SourceInvalid: p\/a\/a\.yaml: no source of definitions is known/);
    assert.is(tree(), before);
    assert.is((await pin([], { source: null }, 'b')).status, 0);
  }),
);

configs('a broken configuration is told once, with its file as seen from outside', () =>
  withBed(async ({ write, pin }) => {
    write({ 'a.yaml': processYaml('a'), 'b.yaml': processYaml('b'), 'fn.yaml': config('x', ', nonsense: 1') });
    const { stderr } = await pin();
    assert.match(stderr, /^error FnConfigInvalid: ProcessRender "render" spec\.nonsense \(p\/fn\.yaml\): [^\n]*$/);
  }),
);

const layouts: readonly [is: string, files: Record<string, string>, found: string | RegExp][] = [
  ['none: the defaults', { 'a.yaml': processYaml('a') }, 'none'],
  ['in the folder', { 'x/a.yaml': processYaml('a'), 'x/fn.yaml': config('in'), 'fn.yaml': config('above') }, 'in'],
  ['above', { 'x/y/a.yaml': processYaml('a'), 'fn.yaml': config('above') }, 'above'],
  ['in a folder of its own', { 'x/a.yaml': processYaml('a'), 'functions/fn.yaml': config('apart') }, 'apart'],
  ['nearest to the top', { 'a.yaml': processYaml('a'), 'f/g/fn.yaml': config('deep'), 'f/fn.yaml': config('apart') }, 'apart'],
  [
    'of another Process: not its own',
    { 'x/a.yaml': processYaml('a'), 'y/b.yaml': processYaml('b'), 'y/fn.yaml': config('b') },
    /not the same/,
  ],
  [
    'two in one folder',
    { 'a.yaml': processYaml('a'), 'f.yaml': config('f'), 'g.yaml': config('g') },
    /^there are two: .*f\.yaml and .*g\.yaml; /,
  ],
  ['two apart', { 'a.yaml': processYaml('a'), 'f/f.yaml': config('f'), 'g/g.yaml': config('g') }, /^there are two: /],
  ['for a pinned Process, too', { 'x/a.yaml': processYaml('a', pinLines(1, 'sha256:0')), 'x/fn.yaml': config('in') }, 'in'],
];

for (const [is, files, found] of layouts) {
  configs(`the nearest: ${is}`, () =>
    withBed(async ({ dir, write }: Bed) => {
      write(files);
      const read = readPackage(dir);
      if ('problems' in read) throw new Error('never: the files are sound');
      const chosen = readFnConfig({ dir, items: read.pkg.items }, false);
      if (typeof found === 'string') assert.is('config' in chosen && (chosen.config.source ?? 'none'), found);
      else assert.match('problems' in chosen ? chosen.problems[0]!.message : '', found);
    }),
  );
}

configs.run();
