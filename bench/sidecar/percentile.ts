/** Percentiles of samples. */

/** The smallest sample that at least this share of all does not pass; NaN of none. */
export function percentile(samples: readonly number[], share: number): number {
  const ordered = [...samples].sort((a, b) => a - b);
  return ordered[Math.max(Math.ceil(ordered.length * share) - 1, 0)] ?? Number.NaN;
}
