/** What is measured on: pinned Processes of the usual form, each with the ConfigMap of its definition, as kustomize hands them over or as a package. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksumOf } from '../src/definition/check.ts';
import type { Process } from '../src/process.ts';
import { definitionConfigMap } from '../src/render/definition-config-map.ts';
import type { Resource } from '../src/resource.ts';
import { writeYaml } from '../src/yaml/write.ts';

/** A ResourceList with `count` Processes, as kustomize pipes it into a function: keys sorted, its own annotations on each item. */
export function resourceList(count: number): string {
  const items = Array.from({ length: count }, (_, at) => pinned(at)).flat();
  const list = {
    apiVersion: 'config.kubernetes.io/v1',
    kind: 'ResourceList',
    items: items.map((item, at) => sorted(annotated(item, at))),
    functionConfig: fnConfig(),
  };
  return `${writeYaml(list)}\n`;
}

/** A folder that kustomize builds and kpt renders with the function `exec`: a file for each Process with its definition. */
export function writePackage(dir: string, count: number, exec: string): void {
  mkdirSync(dir, { recursive: true });
  const write = (name: string, ...documents: unknown[]) =>
    writeFileSync(join(dir, name), documents.map((document) => `${writeYaml(document)}\n`).join('---\n'));
  const files = Array.from({ length: count }, (_, at) => `${nameOf(at)}.yaml`);
  for (const [at, file] of files.entries()) write(file, ...pinned(at));
  write('process-render.yaml', fnConfig(exec));
  write('kustomization.yaml', {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: files,
    transformers: ['process-render.yaml'],
  });
  write('Kptfile', {
    apiVersion: 'kpt.dev/v1',
    kind: 'Kptfile',
    metadata: { name: 'bench' },
    pipeline: { mutators: [{ exec, configPath: 'process-render.yaml' }] },
  });
  // kpt takes every YAML file for a resource; this one is kustomize's.
  writeFileSync(join(dir, '.krmignore'), 'kustomization.yaml\n');
}

function fnConfig(exec?: string): Resource {
  const annotations = { 'config.kubernetes.io/function': `exec:\n  path: ${exec}\n` };
  return { apiVersion: 'fn.ameide.io/v1', kind: 'ProcessRender', metadata: { name: 'process-render', ...(exec && { annotations }) } };
}

/** A Process and its definition. */
function pinned(at: number): [Process, Resource] {
  const text = definition(at);
  const pin = { id: `Flow${at}_v3`, version: 3, checksum: checksumOf(text) };
  const process: Process = {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: {
      name: nameOf(at),
      namespace: 'sales',
      labels: { 'ameide.io/environment': 'prod', 'ameide.io/tenant-id': 't123', team: `team-${at % 20}` },
      annotations: { 'ameide.io/owner': 'sales-platform' },
    },
    spec: {
      image: `ghcr.io/ameide/flow-process:0.7.${at % 10}`,
      definitionRef: { id: pin.id, tenantId: 't123', pin },
      temporal: { namespace: 'sales-process', taskQueue: `flow-${at}-tq` },
      dependencies: { domains: [{ name: 'sales' }, { name: 'billing' }], agents: [{ name: 'coach' }] },
      worker: {
        replicas: 2,
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
        env: [{ name: 'FEATURE_FLAGS', value: 'fast-quotes,partial-orders' }],
      },
      rollout: { strategy: 'RollingUpdate', maxConcurrencyPerTenant: 100 },
      observability: { logLevel: 'info', metricsTags: { processType: `FLOW${at}` } },
    },
  };
  return [process, definitionConfigMap(process, { pin, text })];
}

function nameOf(at: number): string {
  return `flow-${at}`;
}

/** About 1.5 kB of JSON, as people format it. */
export function definition(at: number): string {
  const steps = ['qualify', 'quote', 'approve', 'invoice', 'collect'].map((step, index) => ({
    id: `${step}-${at}`,
    type: index === 2 ? 'userTask' : 'serviceTask',
    activity: `${step}Order`,
    timeout: `PT${5 * (index + 1)}M`,
    retry: { attempts: 5, backoff: 'exponential' },
    next: index === 4 ? [] : [`step-${index + 1}`],
  }));
  return `${JSON.stringify({ id: `Flow${at}_v3`, title: 'From lead to order', version: 3, steps }, null, 2)}\n`;
}

function annotated(item: Resource | Process, at: number): Resource {
  const metadata = item.metadata as Process['metadata'];
  const id = `kind: ${item.kind}\nname: ${metadata.name}\nnamespace: ${metadata.namespace}\n`;
  const annotations = {
    ...metadata.annotations,
    'kustomize.config.k8s.io/id': id,
    'config.kubernetes.io/index': String(at),
    'internal.config.kubernetes.io/index': String(at),
    'internal.config.kubernetes.io/annotations-migration-resource-id': String(at),
    'internal.config.kubernetes.io/id': String(at + 1),
    'config.k8s.io/id': String(at + 1),
  };
  return { ...item, metadata: { ...metadata, annotations } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
