/** How long a container that ended is left alone before it is started again. */

export interface BackOff {
  /** Kubernetes: 10 s, doubled up to 5 minutes. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface Restarts {
  /** How long to wait after an end; 0 for the first one, and for one after a long good run. */
  next(ranMs: number): number;
}

export function countRestarts({ firstMs, longestMs }: BackOff): Restarts {
  let waitMs = 0;
  return {
    next: (ranMs) => {
      if (ranMs >= 2 * longestMs) waitMs = 0;
      const now = waitMs;
      waitMs = Math.min(Math.max(firstMs, waitMs * 2), longestMs);
      return now;
    },
  };
}
