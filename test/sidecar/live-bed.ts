/** A cluster with Temporal, a node whose pods run, the CRD and the sidecar; and a team's package of Processes for it. */
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { annotation } from '../../src/names.ts';
import { annotationOf } from '../../src/resource.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { objectPath } from '../testbed/apply.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';
import { createPackage, type ProcessPackage } from '../testbed/process-package.ts';
import { startTestbed, type Testbed, type TestbedOptions } from '../testbed/testbed.ts';
import { followStatuses, type LiveStatuses } from './live-statuses.ts';
import { type SidecarProcess, type SidecarStart, startSidecar } from './sidecar-process.ts';

export const namespace = 'sales';
export const temporalNamespace = 'sales-process';
export const crdFile = join(root, 'deploy/crd/ameide.io_processes.yaml');

export interface LiveBed extends Pick<Testbed, 'plane' | 'temporal' | 'node'> {
  sidecar: SidecarProcess;
  readonly statuses: LiveStatuses;
  readonly team: ProcessPackage;
  stop(): Promise<void>;
}

export interface LiveBedOptions extends TestbedOptions {
  /** Default: the one in deploy/. */
  readonly crd?: string;
  /** How the sidecar is started; default: as one who may do everything, in the one namespace. */
  readonly sidecar?: (plane: ControlPlane) => Promise<SidecarStart>;
}

export async function openLiveBed({ crd = crdFile, sidecar: startOf = usualStart, ...options }: LiveBedOptions = {}): Promise<LiveBed> {
  const testbed = await startTestbed({ controllers: true, temporal: { namespaces: [temporalNamespace] }, node: {}, ...options });
  const { plane, temporal, node } = testbed;
  const team = createPackage(temporal.address);
  cpSync(join(root, 'examples/definitions'), join(dirname(team.dir), 'definitions'), { recursive: true });
  await installCrd(plane, crd);
  const sidecar = await startSidecar(await startOf(plane));
  const statuses = followStatuses(plane, namespace);
  const bed: LiveBed = {
    plane,
    temporal,
    node,
    sidecar,
    statuses,
    team,
    stop: async () => {
      statuses.stop();
      await bed.sidecar.stop();
      await testbed.stop();
      team.remove();
    },
  };
  return bed;
}

async function usualStart({ kubeconfig }: ControlPlane): Promise<SidecarStart> {
  return { kubeconfig, args: ['-n', namespace, '--no-leader-election'] };
}

/** Quick to be ready, patient with a machine that is busy; a worker that does not answer for some ten seconds is restarted. */
export const workerProbes = {
  ports: [{ name: 'http', containerPort: 8080 }],
  startupProbe: { httpGet: { path: '/livez', port: 'http' }, periodSeconds: 1, failureThreshold: 90 },
  readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1, timeoutSeconds: 2 },
  livenessProbe: {
    httpGet: { path: '/livez', port: 'http' },
    periodSeconds: 2,
    timeoutSeconds: 3,
    failureThreshold: 3,
    terminationGracePeriodSeconds: 1,
  },
} as const;

/** A Process of its own queue with the example worker; `change` replaces fields of its spec. */
export function processOf(name: string, change: object = {}): KubeObject {
  const spec = {
    image: 'ghcr.io/ameide/l2o-process:0.7.0',
    definitionRef: { id: 'L2O_v3', tenantId: 't123' },
    temporal: temporalOf(name),
    worker: workerProbes,
    ...change,
  };
  return { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name, namespace }, spec };
}

export function temporalOf(name: string, change: object = {}): object {
  return { namespace: temporalNamespace, taskQueue: `${name}-tq`, ...change };
}

/** A worker with one of the faults of the test bed's faulty worker. */
export function faulty(fault: string, worker: object = {}): object {
  return { image: 'faulty-worker:1', worker: { ...workerProbes, ...worker, env: [{ name: 'FAULT', value: fault }] } };
}

/** Writes the Processes into the team's package, pins and renders it; gives the objects of each, ConfigMaps first. */
export function render({ team }: Pick<LiveBed, 'team'>, processes: readonly KubeObject[]): ReadonlyMap<string, KubeObject[]> {
  for (const process of processes) team.write(`processes/${process.metadata.name}.yaml`, process);
  team.run('pin');
  team.run('render');
  return byProcess(team);
}

/** The objects of the team's package as they are now, by the Process that they are for. */
export function byProcess(team: ProcessPackage): ReadonlyMap<string, KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const object of team.objects()) {
    const owner = object.kind === 'Process' ? object.metadata.name : annotationOf(object, annotation.generatedFor)!;
    found.set(owner, [...(found.get(owner) ?? []), object]);
  }
  return found;
}

/** The live object of a kind among a Process's objects. */
export function theOne(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`there is no ${kind} among ${objects.map((object) => object.kind)}`);
  return found;
}

/** What a person does with kubectl: a merge patch, behind Git's back. */
export async function edit({ plane }: Pick<LiveBed, 'plane'>, object: KubeObject, patch: object): Promise<void> {
  await demand(plane, 'PATCH', await objectPath(plane, object), patch);
}

export async function remove({ plane }: Pick<LiveBed, 'plane'>, object: KubeObject): Promise<void> {
  await demand(plane, 'DELETE', `${await objectPath(plane, object)}?propagationPolicy=Background`);
}

export interface WorkerPod {
  readonly namespace: string;
  readonly name: string;
  readonly isReady: boolean;
  readonly restarts: number;
}

/** Those that are not on their way out. */
export async function podsOf({ plane }: Pick<LiveBed, 'plane'>, name: string): Promise<WorkerPod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=ameide.io%2Fprocess%3D${name}`;
  const { items } = (await demand(plane, 'GET', path)) as { items: (KubeObject & { status: PodStatus })[] };
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, status }) => ({
      namespace,
      name: metadata.name,
      isReady: status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false,
      restarts: status.containerStatuses?.[0]?.restartCount ?? 0,
    }));
}

interface PodStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly containerStatuses?: readonly { readonly restartCount: number }[];
}
