/** How long to wait before the next attempt: doubling, bounded, and spread so that many do not come back at the same moment. */

export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** `failures` in a row so far; none: no wait. */
export function backOffMs(failures: number, { firstMs, longestMs }: BackOff): number {
  if (failures === 0) return 0;
  const ceiling = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return ceiling * (0.5 + Math.random() / 2);
}
