/** The worker's environment: what every worker is told, and Temporal's credentials under the names `@temporalio/envconfig` reads. */

import { metricsPort } from '../metrics-port.ts';
import { defaultCaKey, definition, env } from '../names.ts';
import type { Process } from '../process.ts';
import type { PinnedText } from './resolve.ts';

type EnvVar = { readonly name: string; readonly value: string } | { readonly name: string; readonly valueFrom: unknown };

export const tlsMount = {
  volume: { ca: 'temporal-ca', client: 'temporal-client' },
  path: { ca: '/etc/temporal/ca', client: '/etc/temporal/client' },
} as const;

/** Our variables, in the order in which they are read best; a Process's own `env` follows them. */
export function workerEnv(process: Process, current: PinnedText, defaultAddress: string): EnvVar[] {
  const { temporal, definitionRef, rollout, observability } = process.spec;
  const values: Record<string, string | undefined> = {
    [env.address]: temporal.address ?? defaultAddress,
    [env.namespace]: temporal.namespace,
    [env.taskQueue]: temporal.taskQueue,
    [env.temporalTaskQueue]: temporal.taskQueue,
    [env.processName]: process.metadata.name,
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
    ...tlsValues(temporal.tls),
  };
  const plain = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: literal(value) }]));
  const { apiKeySecretRef } = temporal;
  return [
    ...plain,
    ...(apiKeySecretRef
      ? [{ name: env.apiKey, valueFrom: { secretKeyRef: { name: apiKeySecretRef.name, key: apiKeySecretRef.key } } }]
      : []),
  ];
}

/** The kubelet expands `$(NAME)` in values; ours are meant as they stand. */
function literal(value: string): string {
  return value.replaceAll('$(', '$$$$(');
}

function tlsValues(tls: Process['spec']['temporal']['tls']): Record<string, string | undefined> {
  if (!tls) return {};
  return {
    [env.tls]: 'true',
    [env.tlsServerName]: tls.serverName,
    [env.tlsServerCa]: tls.caSecretRef && `${tlsMount.path.ca}/${tls.caSecretRef.key ?? defaultCaKey}`,
    [env.tlsClientCert]: tls.clientCertificateSecretRef && `${tlsMount.path.client}/tls.crt`,
    [env.tlsClientKey]: tls.clientCertificateSecretRef && `${tlsMount.path.client}/tls.key`,
  };
}

/** `key=value,…` as OpenTelemetry's specification reads it: sorted, percent-encoded. */
function resourceAttributes(tags: Record<string, string> | undefined): string | undefined {
  const entries = Object.entries(tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? undefined
    : entries.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join(',');
}
