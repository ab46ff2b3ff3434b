/** Workflows that start while a drain is on, and a drain that takes longer than its timeout: what was there before is waited for. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guardAnnotation } from '../../src/names.ts';
import { annotationOf } from '../../src/resource.ts';
import { apply } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { byProcess } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('drain late');
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, AcceptingStarts: /^True/ };
const name = 'l2o';

test.before(async (context) => {
  context.bed = await openDrainBed();
  await context.bed.commit(name);
  await context.bed.statuses.untilSays(name, isReady);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('late starters are terminated, the others waited for; past the timeout a person decides and nothing is killed', async ({ bed }) => {
  await bed.start(name, ['early']);
  await bed.commit(name, { lifecycle: 'Draining', drain: { onNewStart: 'Terminate', timeout: '3s' } });
  await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 1 workflow still runs$/ });
  await bed.start(name, ['late-1', 'late-2']);
  await bed.statuses.untilSays(name, { Draining: /3 workflows still run, 2 of them started since/ });
  const late = () => bed.outcomes(['late-1', 'late-2']);
  await until({ what: 'late starters to end', look: late, isSo: (found) => found.every((one) => one === 'TERMINATED'), limitMs: 40_000 });
  await bed.statuses.untilSays(name, { Stalled: /^True DrainTimedOut: after 3s 1 workflow still runs; a person decides/, Drained: null });
  assert.equal(await bed.outcomes(['early']), ['RUNNING']);
  await bed.end(['early']);
  await bed.statuses.untilSays(name, { Drained: /^True NoWorkflows/, Stalled: null });
  assert.equal(await bed.outcomes(['early']), ['COMPLETED']);
  await bed.commit(name);
  await bed.statuses.untilSays(name, isReady);
});

test('the guard is kept current: a definition that is retained is named beside the new one', async ({ bed }) => {
  bed.team.run('pin', name, '--version', '2');
  bed.team.run('render');
  await apply(bed.plane, byProcess(bed.team).get(name)!);
  const named = async () => annotationOf((await bed.live(name))!, guardAnnotation.dependsOn)!.match(/\/ConfigMap\//g)!.length;
  await until({ what: 'both definitions to be named', look: named, isSo: (count) => count === 2, limitMs: 30_000 });
  await bed.statuses.untilSays(name, isReady);
});

test.run();
