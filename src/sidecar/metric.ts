/** A metric as a row of a table: its name, words and labels, and how its numbers are read when Prometheus asks. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric<Source> {
  /** Prometheus' conventions: a base unit at its end, `_total` for what only grows. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (source: Source) => Iterable<Sample>;
}

/** `_total` makes it a counter. */
export function isCounter({ name }: Pick<Metric<unknown>, 'name'>): boolean {
  return name.endsWith('_total');
}
