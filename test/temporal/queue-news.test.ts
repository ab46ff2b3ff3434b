import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenQueue } from '../../src/sidecar/observation.ts';
import { hasForgotten, isNews, staleAt } from '../../src/temporal/queue-news.ts';

const news = suite('news of a queue');

const base = Date.parse('2026-11-24T12:00:00Z');
const at = (seconds: number) => new Date(base + seconds * 1000).toISOString();

/** Pollers by identity, with how many seconds ago they polled. */
function queue(askedSeconds: number, ages: Record<string, number>, more: Partial<SeenQueue> = {}): SeenQueue {
  const workflowPollers = Object.entries(ages).map(([identity, age]) => ({ identity, lastAccess: at(askedSeconds - age) }));
  return { askedAt: at(askedSeconds), workflowPollers, ...more };
}

const before = queue(0, { '1@a': 3, '1@b': 50 });
const versioned = { identity: '1@a', lastAccess: at(57), version: 'd:b2' };

const cases: readonly (readonly [string, SeenQueue, { settled: boolean; moving: boolean }])[] = [
  ['the same answer', queue(0, { '1@b': 50, '1@a': 3 }), { settled: false, moving: false }],
  ['another access time', queue(60, { '1@a': 0, '1@b': 50 }), { settled: false, moving: true }],
  ['one is too old now', queue(60, { '1@a': 0, '1@b': 76 }), { settled: true, moving: true }],
  ['one is exactly as old as it may be', queue(60, { '1@a': 0, '1@b': 75 }), { settled: false, moving: true }],
  ['one more', queue(0, { '1@a': 3, '1@b': 50, '1@c': 1 }), { settled: true, moving: true }],
  ['one less', queue(0, { '1@a': 3 }), { settled: true, moving: true }],
  ['a version is current', queue(0, { '1@a': 3, '1@b': 50 }, { currentVersion: 'd:b1' }), { settled: true, moving: true }],
  ['a worker of another version', { ...before, workflowPollers: [versioned, before.workflowPollers[1]!] }, { settled: true, moving: true }],
  ['pollers for activities', { ...before, activityPollers: [{ identity: '1@a', lastAccess: at(0) }] }, { settled: true, moving: true }],
];

for (const [name, now, { settled, moving }] of cases) {
  news(name, () => assert.equal([isNews(before, now, true), isNews(before, now, false)], [settled, moving]));
}

news('the first answer is news', () => assert.ok(isNews(undefined, queue(0, {}), true)));

news('stale is when the last of the fresh is', () => {
  assert.is(staleAt(queue(0, { '1@a': 3, '1@b': 50, '1@dead': 200 })), base + 72_000);
  assert.is(staleAt(queue(0, { '1@dead': 200 })), undefined);
  assert.is(staleAt({ ...queue(0, {}), activityPollers: [{ identity: '1@a', lastAccess: at(-5) }] }), base + 70_000);
});

news('forgotten: all are gone, though they would still be kept', () => {
  assert.ok(hasForgotten(before, queue(60, {})));
  assert.not(hasForgotten(before, queue(60, { '1@b': 110 })), 'one is left');
  assert.not(hasForgotten(before, queue(290, {})), 'their time was over');
  assert.not(hasForgotten(undefined, queue(0, {})));
  assert.not(hasForgotten(queue(0, {}), queue(60, {})));
});

news.run();
