/** The SDK's own metrics, as Prometheus scrapes them: counters end in `_total`, durations are seconds and say so. */
import type { MetricsExporterConfig } from '@temporalio/worker';

export interface Metrics {
  /** `host:port` */
  readonly address: string;
  /** Labels of every series, `spec.observability.metricsTags`. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Undefined: nobody asks for them. `METRICS_HOST`: where else than on all IPv4 addresses; `[::]` where pods have IPv6 alone. */
export function readMetrics(variables: Readonly<Record<string, string | undefined>>): Metrics | undefined {
  const { METRICS_PORT: port, METRICS_HOST: host = '0.0.0.0', OTEL_RESOURCE_ATTRIBUTES: attributes = '' } = variables;
  if (!port) return;
  return { address: `${host}:${port}`, tags: readTags(attributes) };
}

/** What these labels say is the SDK's, or the scraper's. */
const taken = new Set(['namespace', 'task_queue', 'service_name']);

/** `key=value,…`, percent-encoded. A key of which no label can be made keeps its letters, and `_` for the rest. */
function readTags(attributes: string): Record<string, string> {
  const pairs = attributes.split(',').flatMap((pair) => {
    const [key = '', value] = pair.split('=').map((part) => decodeURIComponent(part.trim()));
    const label = key.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)|^_+/, 'tag_');
    return value === undefined ? [] : [[taken.has(label) ? `tag_${label}` : label, value] as const];
  });
  return Object.fromEntries(pairs);
}

export function exporter({ address, tags }: Metrics): MetricsExporterConfig {
  const names = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  return { globalTags: { ...tags }, prometheus: { bindAddress: address, ...names } };
}
