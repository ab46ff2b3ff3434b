/** The function's configuration and its defaults. Its schema, with every field described, is fn-config/process-render.yaml. */
import { load } from 'js-yaml';
import { parseDuration } from './duration.ts';
import type { ProcessRenderSpec } from './gen/fn-config-schema.ts';
import { fields, validateFnConfig } from './gen/validate-fn-config.ts';
import { sidecarHome } from './names.ts';
import { type Problem, problem } from './problem.ts';
import { explain } from './process/schema-error.ts';
import { applyEdit } from './render/apply-changes.ts';
import { fileOf } from './render/located.ts';
import { isObject, type Resource, referTo } from './resource.ts';
import { kubernetesSchema } from './yaml/schema.ts';

export const fnConfigApiVersion = 'fn.ameide.io/v1';
export const fnConfigKind = 'ProcessRender';

export type ResolvePolicy = 'IfMissing' | 'Always' | 'Never';

/** The configuration with its defaults filled in. */
export interface FnConfig {
  /** Where definitions come from; undefined: nowhere. */
  readonly source: string | undefined;
  readonly resolve: ResolvePolicy;
  readonly servicePath: string | undefined;
  /** Deadline of one attempt. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Look-ups under way at a time. */
  readonly concurrency: number;
  readonly token: { readonly env?: string; readonly file?: string; readonly allowInsecure?: boolean };
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string; readonly serverName?: string };
  readonly images: { readonly requireDigest: boolean };
  readonly temporal: { readonly address: string };
  readonly worker: {
    readonly replicas: number;
    readonly imagePullPolicy: string;
    readonly imagePullSecrets: readonly string[];
    readonly resources: { readonly requests?: object; readonly limits?: object } | undefined;
    readonly requireResources: boolean;
    readonly nodeSelector: Record<string, string> | undefined;
  };
  /** What SLA checks and cleanups run. */
  readonly tool: {
    /** Undefined: each must have an image of its own. */
    readonly image: string | undefined;
    readonly imagePullPolicy: string;
    readonly resources: { readonly requests?: object; readonly limits?: object };
  };
  readonly sidecar: { readonly namespace: string; readonly serviceAccountName: string };
}

/** The configuration of a resource (or of none: the defaults). `frozen`: nothing may be looked up, whatever it says. */
export function parseFnConfig(resource: Resource | undefined, frozen = false): { config: FnConfig } | { problems: Problem[] } {
  if (!resource) return { config: withDefaults({}, frozen) };
  const candidate = isConfigMap(resource) ? fromData(resource) : resource;
  if (candidate.apiVersion !== fnConfigApiVersion || candidate.kind !== fnConfigKind) {
    const found = `found ${String(resource.apiVersion)} ${String(resource.kind)}`;
    return {
      problems: [
        problem('FnConfigInvalid', `${found}; wanted ${fnConfigApiVersion} ${fnConfigKind}, or a ConfigMap`, {
          resource: referTo(resource),
        }),
      ],
    };
  }
  const errors = validateFnConfig(candidate);
  const refused = (problems: readonly Problem[]) => ({
    problems: problems.map((found) => ({ ...found, reason: 'FnConfigInvalid' as const, resource: referTo(resource), ...fileOf(resource) })),
  });
  if (errors.length > 0) return refused(errors.map((error) => explain(error, candidate, fields)));
  // The validator has just said that it is one.
  const spec = (candidate.spec ?? {}) as ProcessRenderSpec;
  const problems = refuse(spec);
  return problems.length > 0 ? refused(problems) : { config: withDefaults(spec, frozen) };
}

/** What the schema cannot say. */
function refuse({ source, resolve }: ProcessRenderSpec): Problem[] {
  if (resolve !== undefined && resolve !== 'Never' && source === undefined) {
    return [problem('FnConfigInvalid', `resolve: ${resolve} needs a source`, { field: { path: 'spec.source' } })];
  }
  return [];
}

function withDefaults(spec: ProcessRenderSpec, frozen: boolean): FnConfig {
  const { worker = {}, token = {}, tls = {} } = spec;
  return {
    source: spec.source,
    resolve: frozen ? 'Never' : (spec.resolve ?? (spec.source === undefined ? 'Never' : 'IfMissing')),
    servicePath: spec.servicePath,
    timeoutMs: spec.timeout === undefined ? 5000 : parseDuration(spec.timeout)!,
    attempts: spec.attempts ?? 3,
    concurrency: spec.concurrency ?? 16,
    token,
    tls,
    images: { requireDigest: spec.images?.requireDigest ?? false },
    temporal: { address: spec.temporal?.address ?? 'temporal-frontend:7233' },
    worker: {
      replicas: worker.replicas ?? 1,
      imagePullPolicy: worker.imagePullPolicy ?? 'IfNotPresent',
      imagePullSecrets: worker.imagePullSecrets ?? [],
      resources: worker.resources,
      requireResources: worker.requireResources ?? false,
      nodeSelector: worker.nodeSelector,
    },
    tool: {
      image: spec.tool?.image,
      imagePullPolicy: spec.tool?.imagePullPolicy ?? 'IfNotPresent',
      resources: spec.tool?.resources ?? { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    },
    sidecar: {
      namespace: spec.sidecar?.namespace ?? sidecarHome.namespace,
      serviceAccountName: spec.sidecar?.serviceAccountName ?? 'ameide-process',
    },
  };
}

function isConfigMap({ apiVersion, kind }: Resource): boolean {
  return apiVersion === 'v1' && kind === 'ConfigMap';
}

/** `data: { images.requireDigest: "true" }` as the fields of a spec. Values that are numbers, booleans or JSON are read as such. */
function fromData(configMap: Resource): Resource {
  let spec: Resource = {};
  for (const [name, value] of Object.entries(isObject(configMap.data) ? configMap.data : {})) {
    const read = typeof value === 'string' ? readValue(value) : value;
    spec = applyEdit(spec, { set: name.split('.'), to: read });
  }
  return { apiVersion: fnConfigApiVersion, kind: fnConfigKind, metadata: configMap.metadata, spec };
}

function readValue(text: string): unknown {
  if (!/^(?:true|false|[0-9]+|[[{].*)$/s.test(text.trim())) return text;
  try {
    return load(text, { schema: kubernetesSchema });
  } catch {
    return text;
  }
}
