/** What /metrics answers: Processes, the sidecar's own work, and what prom-client knows of the Node process. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { exposition } from './exposition.ts';
import { type OwnWork, ownMetrics } from './own-metrics.ts';
import { statusMetrics } from './status-metrics.ts';
import type { Watched } from './watched.ts';

/** Gauges that prom-client names as counters are named, beside others that say more. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** The text in Prometheus' format, read anew each time, piece by piece: that of thousands of Processes has megabytes. */
export function openMetrics(work: OwnWork): () => AsyncIterable<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const watched = watchedBy(work);
  return async function* () {
    yield* exposition(ownMetrics, work);
    yield* exposition(statusMetrics, watched);
    yield await registry.metrics();
  };
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
