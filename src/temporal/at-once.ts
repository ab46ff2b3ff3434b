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
/** A third of a call's deadline. */
const slowMs = 1_000;

export function openAtOnce(): AtOnce {
  let limit = first;
  let halvedMs = Number.NEGATIVE_INFINITY;
  return {
    limit: () => limit,
    ended: (askedMs, nowMs) => {
      if (nowMs - askedMs < slowMs) {
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
