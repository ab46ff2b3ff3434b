/** Many requests, some of them at a time. */

/** Ends with the first that throws. */
export async function inParallel<T>(items: readonly T[], limit: number, work: (item: T, at: number) => Promise<unknown>): Promise<void> {
  const rest = items.entries();
  const lane = async () => {
    for (const [at, item] of rest) await work(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
