/** Two work queues as one: what takes long, because it waits for others, does not take the turns of the rest. One Process is in one lane at a time. */
import { type WorkQueue, type WorkQueueOptions, workQueue } from './work-queue.ts';

export interface LanesOptions extends WorkQueueOptions {
  readonly slowConcurrency: number;
  readonly isSlow: (key: string) => boolean;
}

export function lanes({ isSlow, slowConcurrency, work, ...options }: LanesOptions): WorkQueue {
  // Through the quick lane each time, so that nobody is worked on in both.
  const addAgain = (key: string, ms: number) => quick.addAfter(key, ms);
  const slow = workQueue({ ...options, concurrency: slowConcurrency, work, addAgain });
  const quick: WorkQueue = workQueue({
    ...options,
    work: async (key) => {
      if (!slow.has(key) && !isSlow(key)) return work(key);
      slow.add(key);
      return undefined;
    },
  });
  return {
    add: quick.add,
    addAfter: quick.addAfter,
    has: (key) => quick.has(key) || slow.has(key),
    depth: () => quick.depth() + slow.depth(),
    waitMs: quick.waitMs,
    stop: async () => {
      await Promise.all([quick.stop(), slow.stop()]);
    },
  };
}
