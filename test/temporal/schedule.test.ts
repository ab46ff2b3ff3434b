import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Asked, activityBacklogEach, askAgain, firstOfRollOut, nextAsk, runningEach } from '../../src/temporal/schedule.ts';

const schedules = suite('schedule');

const atRest: Asked = {
  urgency: 'Rest',
  urgentSinceMs: 0,
  nowMs: 1_000_000,
  isAnswered: true,
  isUnread: false,
  staleAtMs: 1_070_000,
  idleSinceMs: undefined,
  lookWaitMs: 0,
  failures: 0,
  phase: 0.5,
  random: 0.5,
};
const moving = (urgency: Asked['urgency'], forMs: number): Partial<Asked> => ({ urgency, urgentSinceMs: atRest.nowMs - forMs });

/** After how many seconds it is asked next, at the least and at the most that chance gives. */
const cases: readonly (readonly [string, Partial<Asked>, readonly [number, number]])[] = [
  ['a roll-out: each second', moving('RollOut', 10_000), [0.9, 1.1]],
  ['a roll-out of more than two minutes: as what settles', moving('RollOut', 120_000), [9.9, 12.1]],
  ['a roll-out whose news nobody looked at yet: each three minutes', { ...moving('RollOut', 0), isUnread: true }, [162, 198]],
  ['what settles, and nobody looked at its news yet: each three minutes', { ...moving('Settling', 0), isUnread: true }, [162, 198]],
  ['settling: each five seconds', moving('Settling', 0), [4.5, 5.5]],
  ['settling for an hour: each minute', moving('Settling', 3_600_000), [54, 66]],
  ['a roll-out for an hour: each minute', moving('RollOut', 3_600_000), [54, 66]],
  ['at rest: in its moment of the minute', { phase: 0 }, [20, 20]],
  ['at rest, its moment was just missed', { phase: 0.3 }, [38, 38]],
  ['at rest: twenty seconds after the last poller went stale, if that is earlier', { phase: 0.6, staleAtMs: 1_020_000 }, [40, 40]],
  ['at rest: not at once, however old the entry is', { staleAtMs: 900_000 }, [5, 5]],
  [
    'at rest, while others wait to be looked at: in its moment after them',
    { phase: 0, staleAtMs: undefined, lookWaitMs: 90_000 },
    [140, 140],
  ],
  ['the same, with an entry that goes stale: after them', { staleAtMs: 900_000, lookWaitMs: 90_000 }, [90, 90]],
  ['at rest, and nobody polls: soon', { staleAtMs: undefined, idleSinceMs: 999_000 }, [4.5, 5.5]],
  ['at rest, and nobody polls for two minutes: as ever', { phase: 0, staleAtMs: undefined, idleSinceMs: 880_000 }, [20, 20]],
  ['at rest and never asked: within twenty seconds', { isAnswered: false, staleAtMs: undefined }, [0, 20]],
  ['no workers there: each minute, whoever polled', moving('Unawaited', 0), [54, 66]],
  ['one failure in a roll-out', { ...moving('RollOut', 0), failures: 1 }, [0.9, 1.1]],
  ['three failures in a roll-out', { ...moving('RollOut', 0), failures: 3 }, [3.6, 4.4]],
  ['a hundred failures in a roll-out', { ...moving('RollOut', 0), failures: 100 }, [9, 11]],
  ['a failure at rest', { failures: 1 }, [13.5, 16.5]],
];

for (const [name, change, [least, most]] of cases) {
  schedules(name, () => {
    const seconds = [0, 1].map((random) => (nextAsk({ ...atRest, ...change, random }) - atRest.nowMs) / 1000);
    const rounded = seconds.map((one) => Math.round(one * 100) / 100);
    assert.equal(rounded, [least, most]);
  });
}

schedules('a roll-out that begins is looked at after 0.3 to 0.5 s', () => {
  assert.is(firstOfRollOut(0, 0), 300);
  assert.is(firstOfRollOut(0, 1), 500);
});

schedules('a server that is back: the urgent at once, the others spread over half a minute', () => {
  assert.equal([askAgain('RollOut', 0, 1), askAgain('Settling', 0, 0)], [200, 0]);
  assert.equal([askAgain('Rest', 0, 0), askAgain('Unawaited', 0, 1)], [2_000, 30_000]);
});

/** Virtual minutes of `count` queues, each with one worker whose long polls last 60 s; `firstMs` is when the first answers come. */
function simulate(count: number, minutes: number, firstMs: (index: number) => number): number[] {
  const perSecond = Array.from({ length: minutes * 60 }, () => 0);
  for (let index = 0; index < count; index++) {
    const [phase, polledMs] = [random(), random() * 60_000];
    for (let nowMs = firstMs(index); nowMs < minutes * 60_000; ) {
      perSecond[Math.floor(nowMs / 1000)]!++;
      const age = (((nowMs - polledMs) % 60_000) + 60_000) % 60_000;
      nowMs = nextAsk({ ...atRest, nowMs, phase, staleAtMs: nowMs - age + 75_000, random: random() });
    }
  }
  return perSecond;
}

/** The same numbers in each run. */
let state = 1;
function random(): number {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

const perMinute = (perSecond: readonly number[], minute: number) =>
  perSecond.slice(minute * 60, minute * 60 + 60).reduce((a, b) => a + b, 0);

schedules('a thousand queues at rest: less than a fifth of what the peer asks, evenly', () => {
  const seconds = simulate(1_000, 20, () => random() * 60_000);
  const minutes = [5, 10, 15, 19].map((minute) => perMinute(seconds, minute));
  const beside = 60_000 * 1_000 * (1 / activityBacklogEach(1_000) + 1 / runningEach(1_000).intervalMs);
  assert.is(Math.round(beside), 35);
  for (const calls of minutes) assert.ok(calls + beside < 5_860 / 5, `${minutes} calls a minute, and ${beside}`);
  const later = seconds.slice(300);
  assert.ok(Math.max(...later) < 45, `at most ${Math.max(...later)} in a second`);
});

schedules('of a few Processes backlogs are asked each minute, and running workflows each five', () => {
  assert.is(activityBacklogEach(25), 60_000);
  assert.equal(runningEach(5), { intervalMs: 300_000, spreadMs: 30_000 });
  assert.equal(runningEach(1_000), { intervalMs: 6_000_000, spreadMs: 6_000_000 });
});

schedules('a thousand queues that were answered in the same second are spread again within a minute', () => {
  const seconds = simulate(1_000, 5, () => 500 * random());
  const later = seconds.slice(20);
  assert.ok(Math.max(...later) < 60, `at most ${Math.max(...later)} in a second`);
});

schedules.run();
