/** The worker's environment: what every worker is told, and Temporal's credentials under the names `@temporalio/envconfig` reads. */
import { metricsPort } from '../metrics-port.ts';
import { definition, env } from '../names.ts';
import type { Process } from '../process.ts';
import type { PinnedText } from './resolve.ts';
import { apiKeyVariables, type EnvVar, plainVariables, temporalPlace, tlsValues } from './temporal-env.ts';

/** The names that a Process's own variables must not have. METRICS_PORT is a common one: it is ours where metrics are asked for. */
export function ownVariables({ observability }: Pick<Process['spec'], 'observability'>): string[] {
  return Object.values(env).filter((name) => name !== env.metricsPort || observability?.metrics !== undefined);
}

/** Our variables, in the order in which they are read best; a Process's own `env` follows them. */
export function workerEnv(process: Process, current: PinnedText, defaultAddress: string): EnvVar[] {
  const { temporal, definitionRef, rollout, observability } = process.spec;
  const values: Record<string, string | undefined> = {
    ...temporalPlace(process, defaultAddress),
    [env.definitionId]: definitionRef.id,
    [env.ameideDefinitionId]: definitionRef.id,
    [env.definitionVersion]: String(current.pin.version),
    [env.definitionChecksum]: current.pin.checksum,
    [env.definitionPath]: `${definition.mountPath}/${definition.key}`,
    [env.tenantId]: definitionRef.tenantId,
    [env.maxConcurrencyPerTenant]: rollout?.maxConcurrencyPerTenant?.toString(),
    [env.logLevel]: observability?.logLevel ?? 'info',
    [env.resourceAttributes]: resourceAttributes(observability?.metricsTags),
    [env.metricsPort]: metricsPort(process.spec)?.containerPort.toString(),
    ...tlsValues(temporal),
  };
  return [...plainVariables(values), ...apiKeyVariables(temporal)];
}

/** `key=value,…` as OpenTelemetry's specification reads it: sorted, percent-encoded. */
function resourceAttributes(tags: Record<string, string> | undefined): string | undefined {
  const entries = Object.entries(tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? undefined
    : entries.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join(',');
}
