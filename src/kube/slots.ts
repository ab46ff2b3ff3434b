/** Lets a bounded number work at once, the others in the order they came. */

export interface Slots {
  /** Waits for its turn; throws the signal's reason when that comes first. Gives what frees the slot. */
  take(signal: AbortSignal): Promise<() => void>;
}

/** `limit` is asked each time: it may change. */
export function slots(limit: () => number): Slots {
  let taken = 0;
  const waiting = new Set<() => void>();
  const free = () => {
    taken--;
    const [next] = waiting;
    if (next && taken < limit()) next();
  };
  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        const start = () => {
          leave();
          taken++;
          resolve(free);
        };
        const giveUp = () => {
          leave();
          reject(signal.reason);
        };
        const leave = () => {
          waiting.delete(start);
          signal.removeEventListener('abort', giveUp);
        };
        if (signal.aborted) return reject(signal.reason);
        if (taken < limit()) return start();
        waiting.add(start);
        signal.addEventListener('abort', giveUp);
      }),
  };
}
