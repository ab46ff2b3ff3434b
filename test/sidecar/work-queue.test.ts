/** The work queue and the indexes: each Process once at a time, none held up by another. */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lanes } from '../../src/sidecar/lanes.ts';
import { ownedIndex } from '../../src/sidecar/owned-index.ts';
import { workQueue } from '../../src/sidecar/work-queue.ts';

const test = suite('work queue');

test('one that is asked for many times is worked on once; while it is worked on, once more', async () => {
  const worked: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const queue = workQueue({
    concurrency: 4,
    onError: () => {},
    work: async (key) => {
      worked.push(key);
      if (worked.length === 1) await held;
      return undefined;
    },
  });
  for (let times = 0; times < 10; times++) queue.add('a');
  await delay(5);
  queue.add('a');
  queue.add('a');
  queue.add('b');
  await delay(5);
  assert.equal(worked, ['a', 'b'], 'a is not worked on twice at a time, and b does not wait for it');
  release();
  await delay(5);
  assert.equal(worked, ['a', 'b', 'a']);
  assert.is(queue.depth(), 0);
  await queue.stop();
});

test('no more than so many at a time', async () => {
  let atATime = 0;
  let most = 0;
  const queue = workQueue({
    concurrency: 3,
    onError: () => {},
    work: async () => {
      most = Math.max(most, ++atATime);
      await delay(2);
      atATime--;
      return undefined;
    },
  });
  for (let at = 0; at < 20; at++) queue.add(`p${at}`);
  while (queue.depth() > 0) await delay(2);
  assert.is(most, 3);
  await queue.stop();
});

test('a thousand that need not wait for anything leave others their turns', async () => {
  let isOver = false;
  let inThisTurn = 0;
  let most = 0;
  const queue = workQueue({
    concurrency: 16,
    onError: () => {},
    work: async () => {
      most = Math.max(most, ++inThisTurn);
      return undefined;
    },
  });
  const others = () => {
    inThisTurn = 0;
    if (!isOver) setImmediate(others);
  };
  others();
  for (let at = 0; at < 1000; at++) queue.add(`p${at}`);
  while (queue.depth() > 0) await delay(1);
  isOver = true;
  assert.ok(most > 0 && most <= 2 * 16, `${most} in one turn`);
  await queue.stop();
});

test('it says how long one that is added now would wait: as the last ones took, so many at a time', async () => {
  const queue = workQueue({ concurrency: 2, onError: () => {}, work: () => delay(20, undefined) });
  assert.is(queue.waitMs(), 0);
  for (let at = 0; at < 200; at++) queue.add(`p${at}`);
  assert.is(queue.waitMs(), 0, 'nothing is known yet of how long one takes');
  while (queue.depth() > 100) await delay(5);
  const [waiting, waitMs] = [queue.depth() - 2, queue.waitMs()];
  assert.ok(waitMs > 5 * waiting, `${waitMs} ms for ${waiting}`);
  assert.ok(waitMs < 100 * waiting, `${waitMs} ms for ${waiting}`);
  while (queue.depth() > 0) await delay(5);
  assert.is(queue.waitMs(), 0, 'nobody waits any more');
  await queue.stop();
});

test('what is slow takes no turn of the rest, and nobody is worked on twice at a time', async () => {
  let isSlow = true;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const worked: string[] = [];
  let atATime = 0;
  const queue = lanes({
    concurrency: 1,
    slowConcurrency: 2,
    onError: () => {},
    isSlow: (key) => isSlow && key.startsWith('slow'),
    work: async (key) => {
      worked.push(key);
      if (key === 'slow-1') assert.is(++atATime, 1);
      if (key.startsWith('slow') && isSlow) await held;
      if (key === 'slow-1') atATime--;
      return undefined;
    },
  });
  const begun = ['a', 'b', 'slow-1', 'slow-2'];
  for (const key of [...begun, 'slow-3']) queue.add(key);
  await delay(5);
  assert.equal([...worked].sort(), begun, 'one at a time of the quick, two of the slow');
  assert.ok(queue.has('slow-1') && queue.has('slow-3') && !queue.has('a'));
  isSlow = false;
  queue.add('slow-1');
  await delay(5);
  assert.equal([...worked].sort(), begun, 'it is still worked on');
  release();
  while (queue.depth() > 0) await delay(2);
  assert.equal(worked.slice(4).sort(), ['slow-1', 'slow-3']);
  await queue.stop();
});

/** How a look in the slow lane ends that is to come again, and after how long. */
const endings = {
  'a time was set': { againMs: 30, end: () => 30 },
  'it failed': {
    againMs: 500,
    end: () => {
      throw new Error('once');
    },
  },
} as const;

for (const [how, { againMs, end }] of Object.entries(endings)) {
  test(`${how} in the slow lane, and when it is to come again the quick one works on it: it waits for that`, async () => {
    let isSlow = true;
    let [atATime, looks] = [0, 0];
    const queue = lanes({
      concurrency: 1,
      slowConcurrency: 1,
      onError: () => {},
      isSlow: () => isSlow,
      work: async () => {
        assert.is(++atATime, 1);
        const look = ++looks;
        if (look === 2) await delay(againMs + 200);
        atATime--;
        return look === 1 ? end() : undefined;
      },
    });
    queue.add('a');
    while (looks < 1 || queue.depth() > 0) await delay(1);
    isSlow = false;
    queue.add('a');
    await delay(againMs + 100);
    assert.is(looks, 2, 'it is under way, and its time has come');
    while (queue.depth() > 0) await delay(2);
    assert.is(looks, 3);
    await queue.stop();
  });
}

test('a slow one that is added again and again comes to an end', async () => {
  let looks = 0;
  const queue = lanes({
    concurrency: 2,
    slowConcurrency: 2,
    onError: () => {},
    isSlow: () => true,
    work: async () => {
      looks++;
      return undefined;
    },
  });
  for (let times = 0; times < 20; times++) {
    queue.add('a');
    for (let turns = 0; turns < times % 4; turns++) await nextTurn();
  }
  await delay(50);
  assert.is(queue.depth(), 0);
  assert.ok(looks >= 1 && looks <= 21, `${looks} looks`);
  await queue.stop();
});

test('one that fails comes again later, and the others go on', async () => {
  const errors: string[] = [];
  const done: string[] = [];
  let failed = false;
  const queue = workQueue({
    concurrency: 1,
    onError: (key, error) => errors.push(`${key}: ${(error as Error).message}`),
    work: async (key) => {
      if (key === 'bad' && !failed) {
        failed = true;
        throw new Error('once');
      }
      done.push(key);
      return undefined;
    },
  });
  queue.add('bad');
  queue.add('good');
  await delay(20);
  assert.equal(errors, ['bad: once']);
  assert.equal(done, ['good']);
  const started = Date.now();
  while (done.length < 2 && Date.now() - started < 5_000) await delay(10);
  assert.equal(done, ['good', 'bad']);
  await queue.stop();
});

test('looking again by itself: the earlier time counts, and stop ends it', async () => {
  const times: number[] = [];
  const started = Date.now();
  const queue = workQueue({
    concurrency: 1,
    onError: () => {},
    work: async () => {
      times.push(Date.now() - started);
      return undefined;
    },
  });
  queue.addAfter('a', 5_000);
  queue.addAfter('a', 30);
  queue.addAfter('a', 9_000);
  while (times.length === 0 && Date.now() - started < 4_000) await delay(5);
  assert.is(times.length, 1);
  queue.addAfter('a', 1);
  await queue.stop();
  await delay(20);
  assert.is(times.length, 1);
});

test('owned objects are found by their owner, also when they change hands or go', () => {
  const index = ownedIndex<{ owner: string }>((_, { owner }) => owner);
  assert.equal(index.change('a', { owner: 'x' }), ['x']);
  assert.equal(index.change('b', { owner: 'x' }), ['x']);
  assert.is(index.of('x').length, 2);
  assert.equal(index.change('a', { owner: 'y' }), ['x', 'y']);
  assert.equal([index.of('x').length, index.of('y').length], [1, 1]);
  assert.equal(index.change('a', undefined), ['y']);
  assert.equal(index.of('y'), []);
  assert.equal(index.change('a', undefined), []);
});

test.run();
