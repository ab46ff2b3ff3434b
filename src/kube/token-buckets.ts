/** A rate limit for each of many keys: so many at once, then one per time. Full ones are forgotten. */

export interface TokenBuckets {
  /** False: there is none left. */
  take(key: string): boolean;
}

export interface BucketOptions {
  readonly burst: number;
  /** In which one comes back. */
  readonly refillMs: number;
  readonly now?: () => number;
}

export function tokenBuckets({ burst, refillMs, now = () => performance.now() }: BucketOptions): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let sweptAt = now();
  const refilled = ({ tokens, at }: { tokens: number; at: number }) => Math.min(burst, tokens + (now() - at) / refillMs);
  const sweep = () => {
    if (now() - sweptAt < refillMs) return;
    sweptAt = now();
    for (const [key, bucket] of buckets) if (refilled(bucket) >= burst) buckets.delete(key);
  };
  return {
    take: (key) => {
      sweep();
      const bucket = buckets.get(key);
      const tokens = bucket ? refilled(bucket) : burst;
      const isLeft = tokens >= 1;
      buckets.set(key, { tokens: isLeft ? tokens - 1 : tokens, at: now() });
      return isLeft;
    },
  };
}
