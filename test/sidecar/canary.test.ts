/** Canaries on real pods: workflows run across the start, the promotion and the abort of one, and all complete. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deploymentName, guardAnnotation } from '../../src/names.ts';
import { annotationOf, nameOf, objectsAt } from '../../src/resource.ts';
import type { KubeObject } from '../testbed/api.ts';
import { until } from '../testbed/until.ts';
import { canaryPolls, onVersion, sync, three, two } from './canary-stage.ts';
import { begin, endsAsBegun } from './canary-workflows.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { byProcess, podsOf, remove } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('canary');

const isReady = { Ready: /^True/, Degraded: /^False/, CanaryReady: null, Reconciling: null };
const isBeside = { Ready: /^True/, Degraded: /^False/, CanaryReady: canaryPolls, Reconciling: null };

const image = 'ghcr.io/ameide/l2o-process:0.8.0';

test.before(async (context) => {
  context.bed = await openDrainBed();
  const { bed } = context;
  await Promise.all([bed.commit('turn', onVersion(2)), bed.commit('back', onVersion(3))]);
  await Promise.all(['turn', 'back'].map((name) => bed.statuses.untilSays(name, isReady, 120_000)));
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

/** What Git has is applied, and what it no longer has is pruned. */
async function syncAndPrune(bed: DrainBed, name: string): Promise<readonly KubeObject[]> {
  const objects = await sync(bed, name);
  const canary = deploymentName(name, 'canary');
  if (!objects.some((object) => nameOf(object) === canary)) {
    await remove(bed, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: canary, namespace: 'sales' } } as KubeObject);
  }
  return objects;
}

test('another definition, promoted: workflows of both tracks complete, each on its own', async ({ bed }) => {
  const before = await begin(bed, 'turn', ['turn-1', 'turn-2'], two);
  bed.team.run('pin', 'turn', '--canary', '--version', '3');
  await syncAndPrune(bed, 'turn');
  const status = await bed.statuses.untilSays('turn', isBeside);
  assert.equal(status.workers, { desired: 1, ready: 1, summary: '1/1, canary 1/1', canary: { desired: 1, ready: 1, version: 3 } });
  assert.is(status.definition!.version, 2);
  const named = async () => annotationOf((await bed.live('turn'))!, guardAnnotation.dependsOn)!;
  const references = ['Deployment/turn-process', 'Deployment/turn-process-canary', two, three].map((one) =>
    one!.startsWith('sha256:') ? `ConfigMap/turn-definition-${one!.slice(7, 17)}` : one!,
  );
  await until({
    what: 'the guard to name all',
    look: named,
    isSo: (text) => references.every((one) => text.split(',').some((found) => found.endsWith(one))),
  });
  await bed.statuses.untilSays('turn', { Guarded: /^True/ });
  const meanwhile = [
    ...(await begin(bed, 'turn', ['turn-3', 'turn-4'], three)),
    ...(await begin(bed, 'turn', ['turn-5', 'turn-6', 'turn-7', 'turn-8'])),
  ];
  assert.is(await bed.sidecar.metric('process_workers_ready', { process: 'turn', track: 'canary' }), 1);
  assert.ok((await bed.sidecar.metric('process_pollers_live', { process: 'turn', track: 'canary' }))! > 0);

  bed.team.runOn('processes/turn.yaml', 'promote');
  await syncAndPrune(bed, 'turn');
  const promoted = await bed.statuses.untilSays('turn', isReady);
  assert.is(promoted.workers!.summary, '1/1');
  await until({
    what: 'version 3 to run',
    look: () => bed.statuses.of('turn').at(-1)!.definition!.version,
    isSo: (version) => version === 3,
  });
  const after = await begin(bed, 'turn', ['turn-9']);
  assert.is(after[0]!.checksum, three);
  await endsAsBegun(bed, [...before, ...meanwhile, ...after]);
});

test('another image and definition, aborted: all complete, and no stable pod was replaced by the abort', async ({ bed }) => {
  const before = await begin(bed, 'back', ['back-1', 'back-2'], three);
  bed.team.run('pin', 'back', '--canary', '--version', '2');
  const file = 'processes/back.yaml';
  const [process] = byProcess(bed.team)
    .get('back')!
    .filter(({ kind }) => kind === 'Process');
  const spec = process!.spec as { rollout: { canary: object } };
  const canary = { ...spec.rollout.canary, image, replayCompatible: true };
  bed.team.write(file, { ...process!, spec: { ...spec, rollout: { ...spec.rollout, canary } } });
  const objects = await syncAndPrune(bed, 'back');
  const images = objects.flatMap((object) => objectsAt(object, 'spec', 'template', 'spec', 'containers').map((one) => one.image));
  assert.equal(images, ['ghcr.io/ameide/l2o-process:0.7.0', image]);
  await bed.statuses.untilSays('back', isBeside);
  const meanwhile = [...(await begin(bed, 'back', ['back-3'], two)), ...(await begin(bed, 'back', ['back-4', 'back-5', 'back-6']))];
  const stable = async () => (await podsOf(bed, 'back')).map(({ name }) => name).filter((name) => !name.includes('canary'));
  const pods = await stable();

  bed.team.runOn(file, 'abort');
  await syncAndPrune(bed, 'back');
  await bed.statuses.untilSays('back', isReady);
  await until({ what: 'no pod of the canary', look: () => podsOf(bed, 'back'), isSo: ({ length }) => length === 1 });
  assert.equal(await stable(), pods);
  await endsAsBegun(bed, [...before, ...meanwhile]);
});

test.run();
