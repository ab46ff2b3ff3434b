/**
 * How many questions of a namespace may be under way at once: more while the server answers quickly, fewer when it is slow, because then
 * more of them only wait longer, up to their deadlines. Pure.
 */

export interface AtOnce {
  limit(): number;
  /** A question that was begun at `askedMs` has ended, well or not; times are those of one clock. */
  ended(askedMs: number, nowMs: number): void;
}

const first = 8;
const most = 32;
const least = 2;
/** A third of a call's deadline, or twice as long as the server takes at its best: one far away is not slow. But near the deadline it is. */
const slowMs = { least: 1_000, timesBest: 2, most: 2_500 };
/** What was its best is forgotten by so much with each answer. */
const forgetting = 1.02;

export function openAtOnce(): AtOnce {
  let limit = first;
  let halvedMs = Number.NEGATIVE_INFINITY;
  let bestMs = Number.POSITIVE_INFINITY;
  const isSlow = (tookMs: number) => tookMs >= Math.min(Math.max(slowMs.least, bestMs * slowMs.timesBest), slowMs.most);
  return {
    limit: () => limit,
    ended: (askedMs, nowMs) => {
      const tookMs = nowMs - askedMs;
      bestMs = Math.min(bestMs * forgetting, tookMs);
      if (!isSlow(tookMs)) {
        limit = Math.min(limit + 1, most);
        return;
      }
      // Of those that were asked before the last time, the slowness is known.
      if (askedMs < halvedMs) return;
      limit = Math.max(Math.floor(limit / 2), least);
      halvedMs = nowMs;
    },
  };
}
