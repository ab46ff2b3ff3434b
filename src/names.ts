/** Every name that the tool makes up: of objects, labels, annotations, variables and paths. One place, shared by both arrows. */
import { sha256 } from './sha256.ts';

export const tool = 'ameide-process';
/** package.json's, for `--version`. */
export const version = '0.1.0';
/** Where the sidecar runs, and the Lease of its leader, unless one says otherwise. */
export const sidecarHome = { namespace: 'ameide-system', lease: tool } as const;
export const group = 'ameide.io';
export const processApiVersion = 'ameide.io/v1';
export const processKind = 'Process';

export const annotation = {
  /** On what the tool generated: the Process it is for. Ownership is known by this alone. */
  generatedFor: 'ameide.io/generated-for',
  /** On a Process and its children: the hash of the spec they were rendered from. */
  renderedFrom: 'ameide.io/rendered-from',
  definitionId: 'ameide.io/definition-id',
  definitionTenant: 'ameide.io/definition-tenant',
  definitionVersion: 'ameide.io/definition-version',
  definitionChecksum: 'ameide.io/definition-checksum',
} as const;

/** The search attribute, of type Keyword, that says which definition a workflow runs. */
export const checksumAttribute = 'ProcessDefinitionChecksum';

/** While a live Process has it, it is not gone: workflows are drained first. */
export const drainFinalizer = 'ameide.io/drain';

/** By these Argo CD and kpt delete a Process before its workers; the sidecar puts them on the live object. */
export const guardAnnotation = { wave: 'argocd.argoproj.io/sync-wave', dependsOn: 'config.kubernetes.io/depends-on' } as const;

/** The selector of a worker Deployment, for ever. */
export const selectorLabel = { process: 'ameide.io/process', queue: 'ameide.io/queue', track: 'ameide.io/track' } as const;

/** Labels of a Process that its objects and pods carry too (network policies and cost reports select on them). */
export const passedLabels = ['ameide.io/environment', 'ameide.io/tenant-id', 'ameide.io/tenant-kind', 'ameide.io/tier'] as const;

/** The annotations in which kustomize and kpt keep an item's place; the second of each pair is the legacy name. */
export const place = {
  path: ['internal.config.kubernetes.io/path', 'config.kubernetes.io/path'],
  index: ['internal.config.kubernetes.io/index', 'config.kubernetes.io/index'],
  packagePath: 'internal.config.kubernetes.io/package-path',
} as const;
/** What kustomize and kpt keep on an item for themselves begins with one of these. */
export const placePrefixes = [
  'internal.config.kubernetes.io/',
  'config.kubernetes.io/path',
  'config.kubernetes.io/index',
  'config.k8s.io/id',
  'kustomize.config.k8s.io/id',
] as const;

export const definition = {
  key: 'definition.json',
  mountPath: '/etc/process-definition',
  volume: 'definition',
  container: 'worker',
} as const;

/** Environment variables of the worker. */
export const env = {
  address: 'TEMPORAL_ADDRESS',
  namespace: 'TEMPORAL_NAMESPACE',
  taskQueue: 'TASK_QUEUE',
  temporalTaskQueue: 'TEMPORAL_TASK_QUEUE',
  processName: 'PROCESS_NAME',
  definitionId: 'PROCESS_DEFINITION_ID',
  ameideDefinitionId: 'AMEIDE_PROCESS_DEFINITION_ID',
  definitionVersion: 'PROCESS_DEFINITION_VERSION',
  definitionChecksum: 'PROCESS_DEFINITION_CHECKSUM',
  definitionPath: 'PROCESS_DEFINITION_PATH',
  tenantId: 'TENANT_ID',
  maxConcurrencyPerTenant: 'MAX_CONCURRENCY_PER_TENANT',
  logLevel: 'LOG_LEVEL',
  resourceAttributes: 'OTEL_RESOURCE_ATTRIBUTES',
  metricsPort: 'METRICS_PORT',
  apiKey: 'TEMPORAL_API_KEY',
  tls: 'TEMPORAL_TLS',
  tlsServerName: 'TEMPORAL_TLS_SERVER_NAME',
  tlsServerCa: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  tlsClientCert: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
  tlsClientKey: 'TEMPORAL_TLS_CLIENT_KEY_PATH',
} as const;

/** Variables of SLA checks and cleanups, beside those by which they find Temporal and the Process. */
export const scheduleEnv = {
  processNamespace: 'PROCESS_NAMESPACE',
  workflowType: 'WORKFLOW_TYPE',
  check: 'SLA_CHECK',
  maxDuration: 'SLA_MAX_DURATION',
  severity: 'SLA_SEVERITY',
  cleanup: 'CLEANUP',
  olderThan: 'CLEANUP_OLDER_THAN',
  action: 'CLEANUP_ACTION',
} as const;

/** The key of a Secret with a certificate authority, where a Process names none. */
export const defaultCaKey = 'ca.crt';

/** Set in the tool's own environment to `1`: any render is `resolve: Never`. */
export const frozenVariable = 'AMEIDE_PROCESS_FROZEN';

const labelLimit = 63;
/** Characters of a long name that `fit` keeps at least. */
export const keptOfLongNames = 40;

function hashOf(text: string, length: number): string {
  return sha256(text).slice(0, length);
}

/** The name when it fits, else its beginning and a hash of the whole: the same for ever for one name. */
export function fit(name: string, limit: number = labelLimit): string {
  if (name.length <= limit) return name;
  return `${name.slice(0, limit - 9).replace(/[-.]+$/, '')}-${hashOf(name, 8)}`;
}

/** The value of the label that ties pods to their Process. */
export function processLabel(process: string): string {
  return fit(process);
}

/** Namespace and queue are a Process's identity at Temporal: 10 hex digits of their hash stand in the selector. */
export function queueLabel(namespace: string, taskQueue: string): string {
  return hashOf(`${namespace}\n${taskQueue}`, 10);
}

/** The workers that serve a Process, and those of its canary beside them on the same queue. */
export const tracks = ['stable', 'canary'] as const;
export type Track = (typeof tracks)[number];

export function deploymentName(process: string, track: Track = 'stable'): string {
  return fit(track === 'stable' ? `${process}-process` : `${process}-process-canary`);
}

/** The Role and the binding by which the sidecar may read the Secrets with a Process's credentials for Temporal. */
export function secretsRoleName(process: string): string {
  return fit(`${process}-temporal-secrets`, 253);
}

/** The CronJob of an SLA check or a cleanup. Kubernetes appends to it what makes a Job's name. */
export function cronJobName(process: string, kind: 'sla' | 'cleanup', name: string): string {
  return fit(`${process}-${kind}-${name}`, 52);
}

/** The service account of a Process's CronJobs, its Role and its binding. */
export function schedulesAccountName(process: string): string {
  return fit(`${process}-schedules`, 253);
}

/** The kinds of what is generated. */
export const generatedKinds: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Deployment',
  'PodMonitor',
  'CronJob',
  'ServiceAccount',
  'Role',
  'RoleBinding',
]);

/** 64 hex digits of a checksum `sha256:…`: the folder of a definition in the pods. */
export function checksumHex(checksum: string): string {
  return checksum.replace(/^sha256:/, '');
}

export function definitionConfigMapName(process: string, checksum: string): string {
  const suffix = `-definition-${checksumHex(checksum).slice(0, 10)}`;
  return `${fit(process, 253 - suffix.length)}${suffix}`;
}

/** Fits a file system, whatever the Process's name. */
export function generatedFile(process: string): string {
  const suffix = '.generated.yaml';
  return `${fit(process, 255 - suffix.length)}${suffix}`;
}

/** 16 hex digits of the hash of a Process's spec, whatever the order of its keys. */
export function specHash(spec: unknown): string {
  return hashOf(canonicalJson(spec), 16);
}

const knownHashes = new WeakMap<object, string>();

/** The same of a spec that nobody changes: every child of a Process, and every look at it, asks for it. */
export function knownSpecHash(spec: object): string {
  const hash = knownHashes.get(spec) ?? specHash(spec);
  knownHashes.set(spec, hash);
  return hash;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`)
    .join(',')}}`;
}
