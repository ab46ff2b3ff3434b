/**
 * The Processes that are to be looked at: each at most once at a time, however often it is asked for, some of them at once, and one that
 * fails again later without holding up the others.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface WorkQueue {
  add(key: string): void;
  /** Later than now; an earlier time that is set already stands. */
  addAfter(key: string, ms: number): void;
  /** It waits, or is worked on. */
  has(key: string): boolean;
  /** How many wait now. */
  depth(): number;
  /** For how many milliseconds, about, one that is added now would wait: as the last ones went. */
  waitMs(): number;
  /** Takes nothing up any more, and waits for what is under way. */
  stop(): Promise<void>;
}

export interface WorkQueueOptions {
  /** Gives after how many milliseconds to look again by itself, if so. */
  readonly work: (key: string) => Promise<number | undefined>;
  readonly onError: (key: string, error: unknown) => void;
  readonly concurrency: number;
  /** Where one goes that is to be looked at again, after so many milliseconds; undefined: here. */
  readonly addAgain?: (key: string, ms: number) => void;
}

const firstRetryMs = 500;
const longestRetryMs = 60_000;
/** So many of the last ones count. */
const lastOnes = 32;
/** Timers do not take any number. */
const longestWaitMs = 3_600_000;

export function workQueue({ work, onError, concurrency, addAgain }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const busy = new Map<string, Promise<void>>();
  const timers = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  const failures = new Map<string, number>();
  let workMs = 0;
  let isStopped = false;

  const add = (key: string) => {
    if (isStopped) return;
    waiting.add(key);
    takeUp();
  };
  const addAfter = (key: string, ms: number) => {
    if (isStopped) return;
    const waitMs = Math.min(ms, longestWaitMs);
    const at = Date.now() + waitMs;
    const set = timers.get(key);
    if (set && set.at <= at) return;
    if (set) clearTimeout(set.timer);
    const timer = setTimeout(() => {
      timers.delete(key);
      add(key);
    }, waitMs);
    timers.set(key, { at, timer });
  };
  const later = addAgain ?? addAfter;
  const takeUp = () => {
    for (const key of waiting) {
      if (busy.size >= concurrency) return;
      if (busy.has(key)) continue;
      waiting.delete(key);
      busy.set(key, run(key));
    }
  };
  const run = async (key: string) => {
    // A turn of the event loop for so many: thousands that need not wait for anything would else keep every answer waiting, past its deadline.
    await nextTurn();
    const begunMs = performance.now();
    try {
      const again = await work(key);
      failures.delete(key);
      if (again !== undefined) later(key, again);
    } catch (error) {
      onError(key, error);
      const times = failures.get(key) ?? 0;
      failures.set(key, times + 1);
      later(key, Math.min(firstRetryMs * 2 ** times, longestRetryMs));
    } finally {
      workMs += (performance.now() - begunMs - workMs) / lastOnes;
      busy.delete(key);
      takeUp();
    }
  };
  return {
    add,
    addAfter,
    has: (key) => waiting.has(key) || busy.has(key),
    depth: () => waiting.size + busy.size,
    waitMs: () => (waiting.size * workMs) / concurrency,
    stop: async () => {
      isStopped = true;
      waiting.clear();
      for (const { timer } of timers.values()) clearTimeout(timer);
      await Promise.allSettled(busy.values());
    },
  };
}
