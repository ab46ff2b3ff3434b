/** What /metrics answers: Processes, the sidecar's own work, and what prom-client knows of the Node process. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { register } from './metric.ts';
import { type OwnWork, ownMetrics } from './own-metrics.ts';
import { statusMetrics } from './status-metrics.ts';
import type { Watched } from './watched.ts';

/** The text in Prometheus' format, read anew each time. */
export function openMetrics(work: OwnWork): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  register(registry, ownMetrics, work);
  register(registry, statusMetrics, watchedBy(work));
  return () => registry.metrics();
}

function watchedBy(work: OwnWork): Watched {
  return {
    get processes() {
      return work.control()?.cluster.processes ?? new Map();
    },
    podsOf: (process) => work.control()?.cluster.podsOf(process) ?? [],
    temporalOf: (key) => work.control()?.temporal.seen(key),
    newestVersionOf: (key) => work.control()?.newestVersionOf(key),
    nowMs: () => Date.now(),
  };
}
