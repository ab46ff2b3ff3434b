/** How many questions may be asked of one Temporal namespace: a token bucket, because others share the server's own limit. Pure. */

export interface Budget {
  /** Takes one question's worth, if there is. */
  take(nowMs: number): boolean;
  /** Takes one whether or not there is: what belongs to a question that was asked. */
  charge(nowMs: number): void;
  /** When there is one to take. */
  nextAtMs(nowMs: number): number;
  /** The server says that it is too much: half of it from now on, and for a while. */
  halve(nowMs: number): void;
  /** Questions a second at this time. */
  rate(nowMs: number): number;
}

export interface BudgetOptions {
  /** Questions a second. */
  readonly rate: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** Refusals that come together are one. */
const oneHalvingMs = 1_000;
const doubledAfterMs = 30_000;
const leastShare = 1 / 16;

export function openBudget({ rate, burst }: BudgetOptions): Budget {
  let tokens = burst;
  let filledMs = Number.NEGATIVE_INFINITY;
  let halved = { share: 1, atMs: Number.NEGATIVE_INFINITY };
  const rateAt = (nowMs: number) => rate * shareAt(halved, nowMs);
  const fill = (nowMs: number) => {
    if (filledMs !== Number.NEGATIVE_INFINITY) tokens = Math.min(burst, tokens + (Math.max(nowMs - filledMs, 0) / 1000) * rateAt(nowMs));
    filledMs = nowMs;
  };
  return {
    take: (nowMs) => {
      fill(nowMs);
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
    charge: (nowMs) => {
      fill(nowMs);
      tokens--;
    },
    nextAtMs: (nowMs) => {
      fill(nowMs);
      return tokens >= 1 ? nowMs : nowMs + ((1 - tokens) / rateAt(nowMs)) * 1000;
    },
    halve: (nowMs) => {
      if (nowMs - halved.atMs < oneHalvingMs) return;
      fill(nowMs);
      halved = { share: Math.max(shareAt(halved, nowMs) / 2, leastShare), atMs: nowMs };
      tokens = Math.min(tokens, 0);
    },
    rate: rateAt,
  };
}

/** It doubles again and again, up to the whole. */
function shareAt({ share, atMs }: { share: number; atMs: number }, nowMs: number): number {
  return share === 1 ? 1 : Math.min(share * 2 ** Math.floor((nowMs - atMs) / doubledAfterMs), 1);
}
