/** A metric as a row of a table: its name, words and labels, and how its numbers are read when Prometheus asks. */
import { Counter, Gauge, type Registry } from 'prom-client';

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

/** Registers each metric so that its numbers are read on every scrape. */
export function register<Source>(registry: Registry, metrics: readonly Metric<Source>[], source: Source): void {
  for (const metric of metrics) {
    const { name, help, labels, read } = metric;
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (isCounter(metric)) {
      new Counter({
        ...options,
        collect() {
          this.reset();
          for (const { labels: of, value } of read(source)) this.inc(of, value);
        },
      });
    } else {
      new Gauge({
        ...options,
        collect() {
          this.reset();
          for (const { labels: of, value } of read(source)) this.set(of, value);
        },
      });
    }
  }
}
