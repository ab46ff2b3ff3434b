/** What the pod tells its worker: the variables that ameide-process renders, read once and checked. */
import { dirname } from 'node:path';
import { type Metrics, readMetrics } from './metrics.ts';

export interface Environment {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Where the definitions are mounted: the current one as definition.json, each version as `<sha-256>/definition.json`. */
  readonly definitions: string;
  /** The current definition's, `sha256:…`. */
  readonly checksum: string;
  readonly apiKey?: string;
  /** PEM files. Absent: the connection is not encrypted. */
  readonly tls?: { readonly serverName?: string; readonly ca?: string; readonly certificate?: string; readonly key?: string };
  /** How many activities run at a time. */
  readonly maxConcurrency?: number;
  readonly logLevel: string;
  /** Where the probes are answered; no host: on all addresses. */
  readonly probes: { readonly host?: string; readonly port: number };
  /** Absent: they are not served. */
  readonly metrics?: Metrics;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function readEnvironment(variables: Variables): Environment {
  const { TEMPORAL_API_KEY: apiKey, MAX_CONCURRENCY_PER_TENANT: maxConcurrency, HOST_HTTP: host } = variables;
  const tls = readTls(variables);
  const metrics = readMetrics(variables);
  return {
    address: required(variables, 'TEMPORAL_ADDRESS'),
    namespace: required(variables, 'TEMPORAL_NAMESPACE'),
    taskQueue: required(variables, 'TASK_QUEUE'),
    definitions: dirname(required(variables, 'PROCESS_DEFINITION_PATH')),
    checksum: required(variables, 'PROCESS_DEFINITION_CHECKSUM'),
    ...(apiKey && { apiKey }),
    ...(tls && { tls }),
    ...(maxConcurrency && { maxConcurrency: Number(maxConcurrency) }),
    logLevel: variables.LOG_LEVEL ?? 'info',
    probes: { port: Number(variables.PORT_HTTP ?? 8080), ...(host && { host }) },
    ...(metrics && { metrics }),
  };
}

/** The names are those of `@temporalio/envconfig`, which reads them as well; an API key is never sent unencrypted unless TLS is refused. */
function readTls(variables: Variables): Environment['tls'] {
  const { TEMPORAL_TLS: wanted, TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS_SERVER_NAME: serverName } = variables;
  const ca = variables.TEMPORAL_TLS_SERVER_CA_CERT_PATH;
  const certificate = variables.TEMPORAL_TLS_CLIENT_CERT_PATH;
  const key = variables.TEMPORAL_TLS_CLIENT_KEY_PATH;
  if (wanted === 'false' || !(wanted || apiKey || ca || certificate)) return undefined;
  return { ...(serverName && { serverName }), ...(ca && { ca }), ...(certificate && { certificate }), ...(key && { key }) };
}

function required(variables: Variables, name: string): string {
  const value = variables[name];
  if (!value) throw new Error(`The variable ${name} is not set. ameide-process sets it in every worker that it renders.`);
  return value;
}
