/** How many questions may be asked of one Temporal namespace: a token bucket, because others share the server's own limit. Pure. */

export interface Budget {
  /** Takes one question's worth, if there is. */
  take(nowMs: number): boolean;
  /** The server says that it is too much: for a while only half. */
  halve(nowMs: number): void;
}

const halvedForMs = 30_000;

/** `rate` in questions a second; as many may come at once. */
export function budget(rate: number): Budget {
  let tokens = rate;
  let at = 0;
  let halvedUntil = 0;
  return {
    take: (nowMs) => {
      const current = nowMs < halvedUntil ? rate / 2 : rate;
      tokens = Math.min(current, tokens + ((nowMs - at) / 1000) * current);
      at = nowMs;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
    halve: (nowMs) => {
      halvedUntil = nowMs + halvedForMs;
      tokens = 0;
      at = nowMs;
    },
  };
}
