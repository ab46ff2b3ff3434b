/** What the sidecar counts of its own work. */

export interface Tally {
  /** Runs one look at a Process and counts it, with the seconds it took. */
  timed<T>(look: () => Promise<T>): Promise<T>;
  failed(): void;
  wrote(result: 'written' | 'superseded'): void;
  readonly counts: Counts;
}

export interface Counts {
  readonly looks: number;
  readonly lookSeconds: number;
  readonly failures: number;
  readonly written: number;
  readonly superseded: number;
}

export function openTally(): Tally {
  const counts = { looks: 0, lookSeconds: 0, failures: 0, written: 0, superseded: 0 };
  return {
    counts,
    timed: async (look) => {
      const started = performance.now();
      try {
        return await look();
      } finally {
        counts.looks++;
        counts.lookSeconds += (performance.now() - started) / 1000;
      }
    },
    failed: () => {
      counts.failures++;
    },
    wrote: (result) => {
      counts[result]++;
    },
  };
}
