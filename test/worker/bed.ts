/** The whole test bed with pods that really run, for tests of workers: control plane with controllers, node, Temporal, and a team's package. */
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { demand } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import type { ContainerStatus } from '../testbed/node/container-status.ts';
import type { Node } from '../testbed/node/node.ts';
import type { Pod, PodStatus } from '../testbed/node/pod.ts';
import { root } from '../testbed/parts.ts';
import { createPackage, type ProcessPackage } from '../testbed/process-package.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTestbed, type Testbed } from '../testbed/testbed.ts';
import { type Expectation, until } from '../testbed/until.ts';

export interface Bed {
  testbed: Testbed;
  plane: ControlPlane;
  temporal: TemporalServer;
  node: Node;
  connection: Connection;
  client: Client;
  /** Every test has its own. */
  team: ProcessPackage;
}

export const namespace = 'sales-process';

/** As `until`, with patience for workers that start while the machine does a lot else. */
export function patiently<T>(expectation: Expectation<T>): Promise<T> {
  return until({ limitMs: 90_000, ...expectation });
}

export async function open(bed: Bed): Promise<void> {
  bed.testbed = await startTestbed({ controllers: true, temporal: { namespaces: [namespace] }, node: {} });
  const { plane, temporal, node } = bed.testbed;
  Object.assign(bed, { plane, temporal, node });
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  bed.connection = await Connection.connect({ address: bed.temporal.address });
  bed.client = new Client({ connection: bed.connection, namespace });
}

export async function close({ testbed, connection }: Partial<Bed>): Promise<void> {
  await connection?.close();
  await testbed?.stop();
}

export function newTeam(bed: Bed): void {
  bed.team = createPackage(bed.temporal.address);
}

const probes = {
  ports: [{ name: 'http', containerPort: 8080 }],
  // However slow the machine is just now.
  startupProbe: { httpGet: { path: '/livez', port: 'http' }, periodSeconds: 1, failureThreshold: 60 },
  readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
  livenessProbe: { httpGet: { path: '/livez', port: 'http' }, periodSeconds: 1, failureThreshold: 2, terminationGracePeriodSeconds: 1 },
};

/** A Process of its own queue; the definition is of the same name. */
export const processOf = (name: string, worker: object = {}, image = 'example.org/l2o-process:1') => ({
  apiVersion: 'ameide.io/v1',
  kind: 'Process',
  metadata: { name, namespace: 'default' },
  spec: {
    image,
    definitionRef: { id: name, tenantId: 't123' },
    temporal: { namespace, taskQueue: `${name}-tq` },
    worker: { ...probes, ...worker },
  },
});

export const waiting = { name: 'approve', kind: 'signal', signal: 'approved' };
export const step = (name: string) => ({ name, kind: 'activity', activity: `test.${name}` });

export async function pods({ plane }: Bed, name: string): Promise<Pod[]> {
  const selector = encodeURIComponent(`ameide.io/process=${name}`);
  return ((await demand(plane, 'GET', `/api/v1/namespaces/default/pods?labelSelector=${selector}`)) as { items: Pod[] }).items;
}

const isReady = ({ status }: Pod) => status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
export interface Brief {
  readonly name: string;
  readonly isReady: boolean;
  readonly isDeleting: boolean;
  readonly worker?: ContainerStatus | undefined;
}

export const brief = (pod: Pod): Brief => ({
  name: pod.metadata.name,
  isReady: isReady(pod),
  isDeleting: pod.metadata.deletionTimestamp !== undefined,
  worker: (pod.status as Partial<PodStatus> | undefined)?.containerStatuses?.[0],
});

/** Why the worker of the only pod waits. */
export const waitingReason = (bed: Bed, name: string) => async () => (await pods(bed, name)).map(brief)[0]?.worker?.state.waiting?.reason;

/** The only pod there is, once it is ready: the roll-out is over. */
export async function readyPod(bed: Bed, name: string, isIt: (pod: Pod) => boolean = () => true): Promise<Pod> {
  let seen: Pod[] = [];
  const look = async () => {
    seen = await pods(bed, name);
    return seen.map(brief);
  };
  const isSo = ([pod, ...others]: Brief[]) => others.length === 0 && pod?.isReady === true && isIt(seen[0]!);
  await patiently({ what: `one ready pod of ${name}`, look, isSo });
  return seen[0]!;
}

/** Its result, or what kept it from ending. */
export async function resultOf<T>({ node }: Bed, handle: WorkflowHandle<() => Promise<T>>, pod: Pod): Promise<T> {
  const look = async () => {
    const { status, raw } = await handle.describe();
    return { status: status.name, pending: raw.pendingWorkflowTask, activities: raw.pendingActivities };
  };
  await patiently({ what: `the end of ${handle.workflowId}`, look, isSo: ({ status }) => status !== 'RUNNING' }).catch((error) => {
    throw new Error(`${error.message}\n${node.logs(pod.metadata).slice(-3000)}`);
  });
  return handle.result();
}

/** Lines come a moment after what they tell. */
export async function untilLogged({ node }: Bed, { metadata }: Pod, text: string): Promise<void> {
  await patiently({ what: `"${text}" in the log of ${metadata.name}`, look: () => node.logs(metadata), isSo: (log) => log.includes(text) });
}

export async function deploy({ plane, team }: Bed, ...pinArgs: string[]): Promise<void> {
  team.run('pin', ...pinArgs);
  team.run('render');
  await apply(plane, team.objects());
}
