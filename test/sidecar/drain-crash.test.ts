/** The sidecar is killed before and after each effect of a drain that waits, and started again: what was begun goes on, and nothing is done twice. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Crash, type CrashBed, onTheWire, openCrashBed } from './crashes.ts';
import { temporalOf } from './live-bed.ts';

const test = suite<{ bed: CrashBed }>('drain crash');
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, AcceptingStarts: /^True/, Draining: null, Drained: null };
const name = 'l2o';

test.before(async (context) => {
  context.bed = await openCrashBed();
  const { bed } = context;
  await become(bed, 'Active');
  await bed.statuses.untilSays(name, isReady);
  await bed.schedule('noted', name, { note: 'every night' });
  await bed.schedule('bare', name);
  await bed.schedule('held', name, { paused: true, note: 'by Ada' });
  await bed.start(name, ['one', 'two']);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

function become({ gateway, commit }: CrashBed, lifecycle: 'Active' | 'Draining') {
  return commit(name, { temporal: temporalOf(name, { address: gateway.address }), lifecycle });
}

const schedules = ['noted', 'bare', 'held'] as const;
const states = (bed: CrashBed) => Promise.all(schedules.map((id) => bed.scheduleState(id)));
const paused = /^paused: Paused by ameide-process, which drains Process sales\/l2o \([^)]*\)\. Before: /;

async function isDraining(bed: CrashBed): Promise<void> {
  await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 2 workflows still run$/, Drained: null, Stalled: null });
  const [noted, bare, held] = await states(bed);
  assert.match(noted!, paused);
  assert.is(noted!.replace(paused, ''), 'every night');
  assert.is(bare!.replace(paused, ''), '');
  assert.is(held, 'paused: by Ada');
}

async function isActive(bed: CrashBed): Promise<void> {
  await bed.statuses.untilSays(name, isReady);
  assert.equal(await states(bed), ['runs: every night', 'runs: ', 'paused: by Ada']);
}

const both = (at: Crash['at']): Crash[] => [
  { at, when: 'before' },
  { at, when: 'after' },
];
const namesOf = ({ at, when }: Crash) => `${when} ${at instanceof RegExp ? 'the status is written' : at}`;

/** Pausing and resuming one with a note are patches; without one it is an update. */
const begins = [...onTheWire.Status, ...onTheWire.Pause].flatMap(both);
const ends = onTheWire.Resume.flatMap(both);
for (let at = 0; at < Math.max(begins.length, ends.length); at++) {
  const [begin, end] = [begins[at % begins.length]!, ends[at % ends.length]!];
  test(`killed ${namesOf(begin)}, going into the drain, and ${namesOf(end)}, going back`, async ({ bed }) => {
    await bed.crashAt(begin, () => become(bed, 'Draining'));
    await isDraining(bed);
    await bed.crashAt(end, () => become(bed, 'Active'));
    await isActive(bed);
  });
}

test('deleted, and killed before and after the release: it goes when nothing runs, and not before', async ({ bed }) => {
  await bed.deleteProcess(name);
  await isDraining(bed);
  const [at]: readonly [Crash['at']] = onTheWire.Release;
  await bed.crashAt({ at, when: 'before' }, () => bed.end(['one', 'two']));
  assert.ok(await bed.live(name), 'it is still there');
  await bed.crashAt({ at, when: 'after' }, async () => {});
  await bed.untilGone(name);
  assert.equal(await bed.outcomes(['one', 'two']), ['COMPLETED', 'COMPLETED']);
});

test.run();
