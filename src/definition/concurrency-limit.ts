/** Runs tasks with at most `limit` of them under way; the others wait their turn in order. */
export function concurrencyLimit(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      // A place is handed on, not freed, so that no newcomer overtakes.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
