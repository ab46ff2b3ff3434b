/** Cancel and Terminate on workers and without batches, killed before and after each effect; another queue is never touched. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testbed/until.ts';
import { type Crash, type CrashBed, onTheWire, openCrashBed } from './crashes.ts';
import { edit, temporalOf } from './live-bed.ts';

const test = suite<{ bed: CrashBed; round: number }>('drain ending');
const isReady = { Ready: /^True/, AcceptingStarts: /^True/, Draining: null, Drained: null };
const name = 'l2o';
const neighbours = ['neighbour-1', 'neighbour-2'];

test.before(async (context) => {
  context.bed = await openCrashBed();
  context.round = 0;
  const { bed } = context;
  await become(bed, {});
  await bed.statuses.untilSays(name, isReady);
  // Nobody serves that queue.
  await bed.start('l2o-2', neighbours);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

function become({ gateway, commit }: CrashBed, change: object) {
  return commit(name, { temporal: temporalOf(name, { address: gateway.address }), ...change });
}

interface Ending {
  readonly drain: object;
  readonly crash: Crash;
  readonly outcome: string;
  /** Without batches. */
  readonly oneByOne?: boolean;
}

const terminate = { policy: 'Terminate' };
const cancel = { policy: 'Cancel', cancelGrace: '2m' };
const [batch] = onTheWire.Batch;
const [terminateOne, cancelOne] = onTheWire.OneByOne;
const endings: readonly Ending[] = [
  { drain: terminate, crash: { at: batch, when: 'before' }, outcome: 'TERMINATED' },
  { drain: cancel, crash: { at: batch, when: 'after' }, outcome: 'CANCELLED' },
  { drain: terminate, crash: { at: terminateOne, when: 'after' }, outcome: 'TERMINATED', oneByOne: true },
  { drain: cancel, crash: { at: cancelOne, when: 'before' }, outcome: 'CANCELLED', oneByOne: true },
];

for (const { drain, crash, outcome, oneByOne = false } of endings) {
  test(`killed ${crash.when} ${crash.at}: all are ${outcome}, and none of another queue`, async (context) => {
    const { bed } = context;
    const ids = [1, 2, 3].map((at) => `round-${context.round}-${at}`);
    context.round++;
    bed.gateway.refuse('StartBatchOperation', oneByOne ? 'PERMISSION_DENIED' : undefined);
    await bed.start(name, ids);
    await bed.crashAt(crash, () => become(bed, { lifecycle: 'Draining', drain }));
    await bed.statuses.untilSays(name, { Drained: /^True NoWorkflows/ });
    assert.equal(
      await bed.outcomes(ids),
      ids.map(() => outcome),
    );
    assert.equal(await bed.outcomes(neighbours), ['RUNNING', 'RUNNING']);
    await become(bed, { lifecycle: 'Active' });
    await bed.statuses.untilSays(name, isReady);
  });
}

test('a policy that was changed behind Git’s back is not followed', async ({ bed }) => {
  await bed.start(name, ['kept']);
  const process = (await bed.live(name))!;
  await edit(bed, process, { spec: { lifecycle: 'Draining', drain: { policy: 'Terminate' } } });
  await bed.statuses.untilSays(name, {
    Stalled: /^True DrainPolicyRefused: policy Terminate is not followed: the live spec is not what was rendered/,
  });
  const asked = bed.gateway.calls().TerminateWorkflowExecution ?? 0;
  const looked = bed.gateway.calls().CountWorkflowExecutions!;
  const looks = () => bed.gateway.calls().CountWorkflowExecutions!;
  await until({ what: 'some more looks', look: looks, isSo: (count) => count >= looked + 4, limitMs: 40_000 });
  assert.is(bed.gateway.calls().TerminateWorkflowExecution ?? 0, asked);
  assert.equal(await bed.outcomes(['kept']), ['RUNNING']);
});

test.run();
