import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { part } from '../testbed/parts.ts';
import { type Bed, processYaml, withBed } from '../verbs/pin-bed.ts';

const orphans = suite<{ path: string | undefined; kustomize: string }>('overlays and Processes that are gone');

orphans.before(async (context) => {
  context.kustomize = await part('kustomize');
  context.path = process.env.PATH;
});
orphans.after.each(({ path }) => {
  process.env.PATH = path;
});

/** An overlay that is pinned, of a base with two Processes, one of which is then removed. */
function withOrphan(kustomize: string, test: (bed: Bed) => Promise<void>): Promise<void> {
  return withBed(async (bed) => {
    const bin = join(bed.dir, '../bin');
    mkdirSync(bin);
    symlinkSync(kustomize, join(bin, 'kustomize'));
    process.env.PATH = bin;
    bed.define('L2O_v3', 1);
    bed.write({
      'base/l2o.yaml': processYaml('l2o'),
      'base/old.yaml': processYaml('old'),
      'base/kustomization.yaml': 'resources: [l2o.yaml, old.yaml]\nnamePrefix: b-\n',
      'prod/kustomization.yaml': 'resources:\n- ../base\nnamePrefix: prod-\n',
    });
    const { status, stderr } = await bed.pin([], {}, 'prod');
    assert.is(status, 0, stderr);
    bed.write({ 'base/old.yaml': '', 'base/kustomization.yaml': 'resources: [l2o.yaml]\nnamePrefix: b-\n' });
    await test(bed);
  });
}

orphans('the files that are left over are named, and what to do about them; doing so is enough', ({ kustomize }) =>
  withOrphan(kustomize, async ({ pin, outdated, write, read, tree }) => {
    const before = tree();
    const says =
      'error PackageInvalid: Process "b-old" (p/prod/b-old.pin.yaml): it patches a Process that no base of this overlay has; remove b-old.pin.yaml and b-old.generated.yaml and the entries of them in kustomization.yaml';
    for (const { status, stderr, stdout } of [await pin([], {}, 'prod'), await outdated([], {}, 'prod')]) {
      assert.equal([status, stderr, stdout], [1, says, '']);
    }
    assert.is(tree(), before);
    const without = read('prod/kustomization.yaml').replaceAll(/^.*b-old\..*\n/gm, '');
    write({ 'prod/b-old.pin.yaml': '', 'prod/b-old.generated.yaml': '', 'prod/kustomization.yaml': without });
    const { status, stderr } = await pin([], {}, 'prod');
    assert.is(status, 0, stderr);
  }),
);

orphans('what else kustomize cannot build is told in its own words', ({ kustomize }) =>
  withOrphan(kustomize, async ({ pin, write, read }) => {
    const text = read('prod/kustomization.yaml').replaceAll('b-old.pin.yaml', 'absent.yaml');
    write({ 'prod/kustomization.yaml': text });
    const { status, stderr } = await pin([], {}, 'prod');
    assert.is(status, 1);
    assert.match(stderr, /^error PackageInvalid: p\/prod: kustomize cannot build it: .*absent\.yaml/);
  }),
);

orphans.run();
