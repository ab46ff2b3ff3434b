/** A Process as it is live, healthy: what a render gives, with the API server's and the sidecar's additions, to be broken. */

import type { Live } from '../../src/live/objects.ts';
import { definitionConfigMapName } from '../../src/names.ts';
import type { Resource } from '../../src/resource.ts';
import { type Broken, type Mutable, pinned, renderedStream } from './rendered-stream.ts';

export interface LiveCluster extends Broken {
  pods: Mutable[];
  unreadable: Live['unreadable'][number][];
}

const now = '2026-03-01T12:00:00Z';
const transition = '2026-03-01T11:56:00Z';

export function condition(type: string, status: string, reason: string, message = ''): Mutable {
  return { type, status, reason, message, lastTransitionTime: transition, observedGeneration: 2 } as unknown as Mutable;
}

export function healthyStatus(): Mutable {
  return {
    observedGeneration: 2,
    conditions: [
      condition('Ready', 'True', 'AllReady'),
      condition('DefinitionResolved', 'True', 'AsRendered'),
      condition('WorkloadReady', 'True', 'WorkloadAvailable'),
      condition('WorkersReady', 'True', 'PollersLive'),
      condition('TemporalHealthy', 'True', 'TemporalAnswers'),
      condition('DependenciesReady', 'True', 'DependenciesFound'),
      condition('Degraded', 'False', 'NotDegraded'),
    ],
    definition: {
      version: 3,
      checksum: pinned(3).checksum,
      configMap: definitionConfigMapName('l2o', pinned(3).checksum),
    },
    workers: { desired: 1, ready: 1, summary: '1/1' },
  } as unknown as Mutable;
}

export const availableDeployment = (replicas = 1) => ({
  observedGeneration: 1,
  replicas,
  updatedReplicas: replicas,
  readyReplicas: replicas,
  availableReplicas: replicas,
});

/** A pod of the Deployment as it is now, running and ready. */
export function podOf({ deployment }: Pick<Broken, 'deployment'>, name: string): Mutable {
  const { metadata, spec } = structuredClone(deployment.spec!.template!) as { metadata: object; spec: object };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace: 'sales', creationTimestamp: '2026-03-01T11:00:00Z' },
    spec,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'worker', restartCount: 0, state: { running: { startedAt: '2026-03-01T11:00:05Z' } } }],
    },
  } as unknown as Mutable;
}

export function liveCluster(change: (cluster: LiveCluster) => void = () => {}, spec: object = {}): Live {
  const pods: Mutable[] = [];
  const unreadable: LiveCluster['unreadable'] = [];
  const items = renderedStream((seen) => {
    Object.assign(seen.process.metadata!, { uid: 'b2b1', generation: 2, resourceVersion: '7', creationTimestamp: '2026-03-01T10:00:00Z' });
    Object.assign(seen.process, { status: healthyStatus() });
    Object.assign(seen.deployment.metadata!, { generation: 1, creationTimestamp: '2026-03-01T10:00:00Z' });
    Object.assign(seen.deployment, { status: availableDeployment() });
    pods.push(podOf(seen, 'l2o-process-a'));
    const cluster: LiveCluster = { ...seen, pods, unreadable };
    change(cluster);
    seen.items = cluster.items;
  }, spec);
  return { now, items, pods: pods as unknown as Resource[], unreadable, where: 'namespace "sales"' };
}
