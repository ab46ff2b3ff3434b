/** By which variables and files a container finds Temporal, and its Process there: alike for workers, SLA checks and cleanups. */
import { defaultCaKey, env } from '../names.ts';
import type { Process } from '../process.ts';

export type EnvVar = { readonly name: string; readonly value: string } | { readonly name: string; readonly valueFrom: unknown };

type Temporal = Process['spec']['temporal'];
type Values = Readonly<Record<string, string | undefined>>;

const tlsPath = { ca: '/etc/temporal/ca', client: '/etc/temporal/client' } as const;

/** Where it is. */
export function temporalPlace({ metadata, spec: { temporal } }: Process, defaultAddress: string): Values {
  return {
    [env.address]: temporal.address ?? defaultAddress,
    [env.namespace]: temporal.namespace,
    [env.taskQueue]: temporal.taskQueue,
    [env.temporalTaskQueue]: temporal.taskQueue,
    [env.processName]: metadata.name,
  };
}

export function tlsValues({ tls }: Temporal): Values {
  if (!tls) return {};
  return {
    [env.tls]: 'true',
    [env.tlsServerName]: tls.serverName,
    [env.tlsServerCa]: tls.caSecretRef && `${tlsPath.ca}/${tls.caSecretRef.key ?? defaultCaKey}`,
    [env.tlsClientCert]: tls.clientCertificateSecretRef && `${tlsPath.client}/tls.crt`,
    [env.tlsClientKey]: tls.clientCertificateSecretRef && `${tlsPath.client}/tls.key`,
  };
}

/** The API key, by reference only. */
export function apiKeyVariables({ apiKeySecretRef }: Temporal): EnvVar[] {
  if (!apiKeySecretRef) return [];
  return [{ name: env.apiKey, valueFrom: { secretKeyRef: { name: apiKeySecretRef.name, key: apiKeySecretRef.key } } }];
}

/** Those that have a value. The kubelet expands `$(NAME)` in values; ours are meant as they stand. */
export function plainVariables(values: Values): EnvVar[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: value.replaceAll('$(', '$$$$(') }]));
}

/** The Secrets with Temporal's certificates, by reference only: volumes of the pod, and where its container mounts them. */
export function tlsVolumes({ tls }: Temporal): { readonly volumes: object[]; readonly mounts: object[] } {
  const { caSecretRef, clientCertificateSecretRef } = tls ?? {};
  const secrets = [
    { name: 'temporal-ca', secret: caSecretRef, mountPath: tlsPath.ca },
    { name: 'temporal-client', secret: clientCertificateSecretRef, mountPath: tlsPath.client },
  ];
  const named = secrets.flatMap(({ secret, ...rest }) => (secret ? [{ ...rest, secretName: secret.name }] : []));
  return {
    volumes: named.map(({ name, secretName }) => ({ name, secret: { secretName } })),
    mounts: named.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
  };
}
