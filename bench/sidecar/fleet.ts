/** Processes of the usual form and what our own function renders for them: an object of each kind per Process, as a GitOps tool applies them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { checksumOf } from '../../src/definition/check.ts';
import { annotation, deploymentName, selectorLabel } from '../../src/names.ts';
import type { Process } from '../../src/process.ts';
import { definitionConfigMap } from '../../src/render/definition-config-map.ts';
import { annotationOf, nameOf, namespaceOf, type Resource, valueAt } from '../../src/resource.ts';
import type { KubeObject } from '../../test/testbed/api.ts';
import { root } from '../../test/testbed/parts.ts';
import { definition } from '../input.ts';

export interface Member {
  /** `namespace/name` of the Process. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly deployment: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  /** In the order in which they are applied. */
  readonly objects: readonly KubeObject[];
}

export interface FleetOptions {
  /** Names begin with it. */
  readonly prefix: string;
  readonly count: number;
  /** Kubernetes' and Temporal's, of the same names; the Processes are spread over them. */
  readonly namespaces: readonly string[];
  /** Of Temporal, as the workers are told. */
  readonly address: string;
}

/** Throws what the function says when it refuses them. */
export function renderFleet(options: FleetOptions): Member[] {
  const items = Array.from({ length: options.count }, (_, at) => source(at, options)).flat();
  const functionConfig = {
    apiVersion: 'fn.ameide.io/v1',
    kind: 'ProcessRender',
    metadata: { name: 'bench' },
    spec: { temporal: { address: options.address } },
  };
  const input = JSON.stringify({ apiVersion: 'config.kubernetes.io/v1', kind: 'ResourceList', items, functionConfig });
  const { status, stdout, stderr } = spawnSync(join(root, 'dist/ameide-process'), { input, encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`the Processes could not be rendered:\n${stderr}`);
  return members((load(stdout) as { items: KubeObject[] }).items);
}

function source(at: number, { prefix, namespaces }: FleetOptions): [Process, Resource] {
  const text = definition(at);
  const pin = { id: `Flow${at}_v3`, version: 3, checksum: checksumOf(text) };
  const namespace = namespaces[at % namespaces.length]!;
  const name = `${prefix}-${at}`;
  const process: Process = {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name, namespace, labels: { 'ameide.io/environment': 'prod', 'ameide.io/tenant-id': 't123' } },
    spec: {
      image: `ghcr.io/ameide/flow-process:0.7.${at % 10}`,
      definitionRef: { id: pin.id, tenantId: 't123', pin },
      temporal: { namespace, taskQueue: `${name}-tq` },
      worker: { replicas: 1, resources: { requests: { cpu: '1m', memory: '1Mi' } } },
      observability: { logLevel: 'info', metricsTags: { processType: `FLOW${at}` } },
    },
  };
  return [process, definitionConfigMap(process, { pin, text })];
}

function members(items: readonly KubeObject[]): Member[] {
  const byOwner = new Map<string, KubeObject[]>();
  for (const item of items) {
    const resource = { ...item };
    const key = `${namespaceOf(resource)}/${annotationOf(resource, annotation.generatedFor) ?? nameOf(resource)}`;
    byOwner.set(key, [...(byOwner.get(key) ?? []), item]);
  }
  return [...byOwner].map(([key, objects]) => {
    const [namespace = '', name = ''] = key.split('/');
    const process = objects.find(({ kind }) => kind === 'Process')!;
    const temporal = (field: string) => String(valueAt(process, 'spec', 'temporal', field));
    const order = ['ConfigMap', 'Deployment', 'Process'];
    return {
      key,
      namespace,
      name,
      deployment: deploymentName(name),
      temporalNamespace: temporal('namespace'),
      taskQueue: temporal('taskQueue'),
      objects: [...objects].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    };
  });
}

/** The Process to which an object with the selector's labels belongs. */
export function ownerOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${String(valueAt(metadata, 'labels', selectorLabel.process))}`;
}
