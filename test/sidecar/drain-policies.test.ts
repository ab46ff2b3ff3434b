/** Policies that do not end all that runs: `Abandon`, and `Wait` that cancels late starters; and one that Git does not say. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { edit, podsOf, remove, temporalOf, theOne, workerProbes } from './live-bed.ts';

interface Context {
  bed: DrainBed;
  gateway: TemporalGateway;
}

const test = suite<Context>('drain policies');
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, AcceptingStarts: /^True/, Draining: null, Drained: null };
const name = 'l2o';

test.before(async (context) => {
  context.bed = await openDrainBed();
  context.gateway = await startTemporalGateway(context.bed.temporal.address, { tls: false });
  await become(context, name, {});
  await context.bed.statuses.untilSays(name, isReady);
});
test.after(async ({ bed, gateway }) => {
  await bed?.stop();
  await gateway?.stop();
});

function become({ bed, gateway }: Context, process: string, change: object) {
  return bed.commit(process, { temporal: temporalOf(process, { address: gateway.address }), ...change });
}

/** How often anything was asked of Temporal that ends workflows. */
function asked({ gateway }: Context) {
  const { RequestCancelWorkflowExecution = 0, TerminateWorkflowExecution = 0, StartBatchOperation = 0 } = gateway.calls();
  return { cancelled: RequestCancelWorkflowExecution, terminated: TerminateWorkflowExecution, batches: StartBatchOperation };
}

/** What is asked again and again goes on being asked. */
async function someMoreLooks({ gateway }: Context): Promise<void> {
  const looks = () => gateway.calls().CountWorkflowExecutions!;
  const looked = looks();
  await until({ what: 'some more looks', look: looks, isSo: (count) => count >= looked + 4, limitMs: 40_000 });
}

test('late starters are asked to cancel, once each; what ran before is not, and is waited for', async (context) => {
  const { bed } = context;
  await bed.start(name, ['early']);
  await become(context, name, { lifecycle: 'Draining', drain: { onNewStart: 'Cancel' } });
  await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 1 workflow still runs$/ });
  assert.equal(asked(context), { cancelled: 0, terminated: 0, batches: 0 });
  await bed.start(name, ['late-1', 'late-2']);
  const late = () => bed.outcomes(['late-1', 'late-2']);
  await until({ what: 'late starters to end', look: late, isSo: (found) => found.every((one) => one === 'CANCELLED'), limitMs: 40_000 });
  await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 1 workflow still runs$/, Drained: null });
  await someMoreLooks(context);
  assert.equal(await bed.outcomes(['early']), ['RUNNING']);
  assert.equal(asked(context), { cancelled: 2, terminated: 0, batches: 0 });
  await bed.end(['early']);
  await bed.statuses.untilSays(name, { Drained: /^True NoWorkflows/ });
  assert.equal(await bed.outcomes(['early']), ['COMPLETED']);
  await become(context, name, {});
  await bed.statuses.untilSays(name, isReady);
});

test('a policy that was changed behind Git’s back is not followed', async (context) => {
  const { bed } = context;
  await bed.start(name, ['kept']);
  const before = asked(context);
  await edit(bed, (await bed.live(name))!, { spec: { lifecycle: 'Draining', drain: { policy: 'Terminate' } } });
  await bed.statuses.untilSays(name, {
    Stalled: /^True DrainPolicyRefused: policy Terminate is not followed: the live spec is not what was rendered/,
  });
  await someMoreLooks(context);
  assert.equal(asked(context), before);
  assert.equal(await bed.outcomes(['kept']), ['RUNNING']);
  await bed.end(['kept']);
  await bed.client.workflow.getHandle('kept').result();
  await edit(bed, (await bed.live(name))!, { spec: { lifecycle: null, drain: null } });
  await bed.statuses.untilSays(name, isReady);
});

const paused = (process: string) =>
  new RegExp(`^paused: Paused by ameide-process, which drains Process sales/${process} .* Before: every night$`);

test('Abandon: Schedules are paused, what runs is left running and that is told; the Process goes, its workers after it', async (context) => {
  const { bed } = context;
  const ids = ['left-1', 'left-2'];
  const before = asked(context);
  await bed.schedule('nightly', name, { note: 'every night' });
  await bed.start(name, ids);
  const objects = await become(context, name, { lifecycle: 'Draining', drain: { policy: 'Abandon' } });
  await bed.statuses.untilSays(name, {
    Drained: /^True Abandoned: 2 workflows that run are left without workers, as policy Abandon says$/,
    Draining: null,
    Stalled: null,
    AcceptingStarts: /^False StartsPaused: .*; paused: nightly$/,
  });
  assert.match(await bed.scheduleState('nightly'), paused(name));
  assert.equal(await bed.outcomes(ids), ['RUNNING', 'RUNNING']);
  await bed.deleteProcess(name);
  await bed.untilGone(name);
  await remove(bed, theOne(objects, 'Deployment'));
  await until({ what: 'no pod', look: () => podsOf(bed, name), isSo: ({ length }) => length === 0, limitMs: 40_000 });
  assert.equal(await bed.outcomes(ids), ['RUNNING', 'RUNNING']);
  assert.match(await bed.scheduleState('nightly'), paused(name));
  assert.equal(asked(context), before);
});

test('Abandon, deleted at once: it does not go before its Schedules are paused', async (context) => {
  const { bed } = context;
  const before = asked(context);
  await bed.schedule('quick-nightly', 'quick', { note: 'every night' });
  await become(context, 'quick', { drain: { policy: 'Abandon' }, worker: { ...workerProbes, replicas: 0 } });
  await bed.statuses.untilSays('quick', { Guarded: /^True GuardInPlace/ });
  await bed.start('quick', ['left-3']);
  await bed.deleteProcess('quick');
  await bed.untilGone('quick');
  assert.match(await bed.scheduleState('quick-nightly'), paused('quick'));
  assert.equal(await bed.outcomes(['left-3']), ['RUNNING']);
  assert.equal(asked(context), before);
});

test.run();
