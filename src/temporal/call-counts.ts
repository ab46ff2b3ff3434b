/** How often Temporal was asked what, and how it went. */

export interface CallCounts {
  /** By `METHOD RESULT`. */
  readonly counts: ReadonlyMap<string, number>;
  count(method: string, result: string): void;
}

export function openCallCounts(): CallCounts {
  const counts = new Map<string, number>();
  return {
    counts,
    count: (method, result) => {
      const name = `${method} ${result}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
  };
}
