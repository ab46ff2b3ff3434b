/** The two ways to delete a Process, with real workers and workflows: drained first, and deleted at once. Nothing is lost under `Wait`. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer, guardAnnotation } from '../../src/names.ts';
import { annotationOf } from '../../src/resource.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('drain life');
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, AcceptingStarts: /^True/, Draining: null, Drained: null };

test.before(async (context) => {
  context.bed = await openDrainBed();
  const { bed } = context;
  for (const name of ['slow', 'quick']) await bed.commit(name);
  for (const name of ['slow', 'quick']) await bed.statuses.untilSays(name, isReady);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('the guard is on the live Process, and names its workers and definitions', async ({ bed }) => {
  const process = (await bed.live('slow'))!;
  assert.equal(process.metadata.finalizers, [drainFinalizer]);
  assert.is(annotationOf(process, guardAnnotation.wave), '1');
  const dependsOn = annotationOf(process, guardAnnotation.dependsOn)!;
  assert.match(
    dependsOn,
    new RegExp(`^apps/namespaces/${namespace}/Deployment/slow-process,/namespaces/${namespace}/ConfigMap/slow-definition-`),
  );
});

test('Draining pauses Schedules, waits for workflows, is Drained when none runs; Active again restores what was paused', async ({
  bed,
}) => {
  await bed.schedule('nightly', 'slow', { note: 'every night' });
  await bed.schedule('held', 'slow', { paused: true, note: 'by Ada' });
  await bed.schedule('elsewhere', 'quick');
  await bed.start('slow', ['a', 'b']);
  await bed.commit('slow', { lifecycle: 'Draining' });
  await bed.statuses.untilSays('slow', {
    Draining: /^True WorkflowsRunning: 2 workflows still run$/,
    AcceptingStarts: /^False StartsPaused: .*paused: nightly$/,
    Drained: null,
    Ready: /^True/,
  });
  assert.match(
    await bed.scheduleState('nightly'),
    /^paused: Paused by ameide-process, which drains Process sales\/slow .* Before: every night$/,
  );
  assert.is(await bed.scheduleState('held'), 'paused: by Ada');
  assert.is(await bed.scheduleState('elsewhere'), 'runs: ');
  await bed.end(['a']);
  await bed.statuses.untilSays('slow', { Draining: /1 workflow still runs/ });
  await bed.end(['b']);
  await bed.statuses.untilSays('slow', { Drained: /^True NoWorkflows/, Draining: null });
  assert.equal(await bed.outcomes(['a', 'b']), ['COMPLETED', 'COMPLETED']);
  await bed.commit('slow', { lifecycle: 'Active' });
  await bed.statuses.untilSays('slow', isReady);
  assert.is(await bed.scheduleState('nightly'), 'runs: every night');
  assert.is(await bed.scheduleState('held'), 'paused: by Ada');
  assert.equal(await bed.drainOf('slow'), {});
});

test('deleted at once, it waits for its workflows, its workers stay, and then it is gone', async ({ bed }) => {
  await bed.start('quick', ['c', 'd']);
  await bed.deleteProcess('quick');
  const seen = await bed.statuses.untilSays('quick', {
    Draining: /^True WorkflowsRunning: 2 workflows/,
    Guarded: /^True GuardInPlace: it is being deleted/,
  });
  assert.is(seen.workers!.summary, '1/1');
  await bed.end(['c', 'd']);
  await bed.untilGone('quick');
  assert.equal(await bed.outcomes(['c', 'd']), ['COMPLETED', 'COMPLETED']);
  assert.match(await bed.scheduleState('elsewhere'), /^paused: Paused by ameide-process/);
  const errors = () => bed.sidecar.log().filter(({ level }) => level === 'error' || level === 'warn');
  await until({ what: 'nothing to be wrong', look: errors, isSo: ({ length }) => length === 0 });
});

test.run();
