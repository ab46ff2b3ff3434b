/** Every way in which a drain ends workflows, on workers, each killed before or after it asks for it; another queue is never touched. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Crash, type CrashBed, endingsOnTheWire, openCrashBed } from './crashes.ts';
import { temporalOf } from './live-bed.ts';

const isReady = { Ready: /^True/, AcceptingStarts: /^True/, Draining: null, Drained: null };
const name = 'l2o';
const neighbours = ['neighbour-1', 'neighbour-2'];

const outcomes = { Cancel: 'CANCELLED', Terminate: 'TERMINATED' } as const;
type Operation = keyof typeof outcomes;
/** Long enough that nothing is terminated that was asked to cancel. */
const drainOf = (policy: Operation) => ({ policy, ...(policy === 'Cancel' && { cancelGrace: '2m' }) });

/** One round for each entry: what is on the wire cannot be without one. */
const endings = Object.entries(endingsOnTheWire).flatMap(([how, byOperation]) =>
  Object.entries(byOperation).map(([operation, at]) => ({ how, operation: operation as Operation, at })),
);

/** Runs a test for each ending. A file has those of one `when`: all of them together take too long. */
export function runEndingRounds(when: Crash['when']): void {
  const test = suite<{ bed: CrashBed }>(`drain ending, killed ${when}`);
  test.before(async (context) => {
    context.bed = await openCrashBed();
    const { bed } = context;
    await become(bed, {});
    await bed.statuses.untilSays(name, isReady);
    // Nobody serves that queue.
    await bed.start('l2o-2', neighbours);
  });
  test.after(async ({ bed }) => {
    await bed?.stop();
  });
  for (const { how, operation, at } of endings) {
    const outcome = outcomes[operation];
    test(`${operation}, ${how}, killed ${when} ${at}: all are ${outcome}, and none of another queue`, async ({ bed }) => {
      const ids = [1, 2, 3].map((number) => `${how}-${operation}-${number}`);
      bed.gateway.refuse('StartBatchOperation', how === 'OneByOne' ? 'PERMISSION_DENIED' : undefined);
      await bed.start(name, ids);
      await bed.crashAt({ at, when }, () => become(bed, { lifecycle: 'Draining', drain: drainOf(operation) }));
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
  test.run();
}

function become({ gateway, commit }: CrashBed, change: object) {
  return commit(name, { temporal: temporalOf(name, { address: gateway.address }), ...change });
}
