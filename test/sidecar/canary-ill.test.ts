/** A canary that crashes on a real pod: the status says which track is ill, the other works on, and a commit mends it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guardAnnotation } from '../../src/names.ts';
import { valueAt } from '../../src/resource.ts';
import type { KubeObject } from '../testbed/api.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { remove, workerProbes } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('canary that is ill');

/** Of the mended one. */
let objects: readonly KubeObject[] = [];

test.before(async (context) => {
  context.bed = await openDrainBed();
  await context.bed.commit('ill');
  await context.bed.statuses.untilSays('ill', { Ready: /^True/, CanaryReady: null }, 120_000);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('a canary that crashes is ill, stable is well and works on; mended, both are', async ({ bed }) => {
  const worker = {
    ...workerProbes,
    env: [
      { name: 'FAULT', value: 'crashes' },
      { name: 'FAULT_AFTER', value: '1' },
    ],
  };
  const withCanary = (of: string) => ({ worker, rollout: { strategy: 'Canary', canary: { image: of, replayCompatible: true } } });
  await bed.start('ill', ['ill-1']);
  await bed.commit('ill', withCanary('faulty-worker:1'));
  await bed.statuses.untilSays('ill', {
    CanaryReady: /^False PodsNotReady: the canary: 0 of 1 pods are available; pod "ill-process-canary-.*exit code 1/,
    Degraded: /^True CanaryIll: the stable workers are well; the canary: 0 of 1 pods/,
    Ready: /^True AllReady/,
    WorkersReady: /^True PollersLive: .* by 1 of 1 pod/,
  });
  await bed.end(['ill-1']);
  await bed.client.workflow.getHandle('ill-1').result();
  objects = await bed.commit('ill', withCanary('ghcr.io/ameide/l2o-process:0.8.0'));
  await bed.statuses.untilSays(
    'ill',
    { Ready: /^True/, Degraded: /^False/, CanaryReady: /^True PollersLive: the canary: .* by 1 of 1 pod/ },
    120_000,
  );
});

test('while the stable Deployment is gone, Temporal is asked where the canary polls, and the guard names what is there', async ({
  bed,
}) => {
  await remove(bed, objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'ill-process')!);
  await bed.statuses.untilSays('ill', {
    WorkloadReady: /^False/,
    TemporalHealthy: /^True TemporalAnswers/,
    CanaryReady: /^True PollersLive: the canary: .* by 1 of 1 pod/,
    Guarded: /^True GuardInPlace/,
  });
  const { metadata, status } = (await bed.live('ill'))!;
  const annotations = metadata.annotations as Record<string, string>;
  assert.match(annotations[guardAnnotation.dependsOn] ?? '', /^apps\/namespaces\/sales\/Deployment\/ill-process-canary,/);
  assert.equal(valueAt(status, 'temporal'), { address: bed.temporal.address, sharedWith: [] });
});

test('while no Deployment says where they poll, the last address stays, and nobody claims that nobody shares the queue', async ({
  bed,
}) => {
  await remove(bed, objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'ill-process-canary')!);
  await bed.statuses.untilSays('ill', { TemporalHealthy: /^Unknown/ });
  assert.equal(valueAt((await bed.live('ill'))!.status, 'temporal'), { address: bed.temporal.address });
});

test.run();
