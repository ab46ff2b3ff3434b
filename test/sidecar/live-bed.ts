/** A cluster with Temporal, a node whose pods run, the CRD and the sidecar; and Processes in it, rendered by the built executable. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { loadAll } from 'js-yaml';
import { isObject } from '../../src/resource.ts';
import { demand, type KubeObject, request } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd, resourcePath } from '../testbed/discovery.ts';
import { type Node, startNode } from '../testbed/node/node.ts';
import { root } from '../testbed/parts.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { type SidecarProcess, startSidecar } from './sidecar-process.ts';

export const namespace = 'sales';
export const temporalNamespace = 'sales-process';

export interface LiveBed {
  readonly plane: ControlPlane;
  readonly temporal: TemporalServer;
  readonly node: Node;
  sidecar: SidecarProcess;
  readonly scratch: string;
  stop(): Promise<void>;
}

export interface LiveBedOptions {
  /** Beside the namespace. */
  readonly sidecarArgs?: readonly string[];
}

export async function openLiveBed({ sidecarArgs = [] }: LiveBedOptions = {}): Promise<LiveBed> {
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-live-'));
  const [plane, temporal] = await Promise.all([
    startControlPlane({ controllers: true }),
    startTemporal({ namespaces: [temporalNamespace] }),
  ]);
  const node = await startNode(plane);
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  const sidecar = await startSidecar({ kubeconfig: plane.kubeconfig, args: ['-n', namespace, '--no-leader-election', ...sidecarArgs] });
  return {
    plane,
    temporal,
    node,
    sidecar,
    scratch,
    stop: async () => {
      await sidecar.stop();
      await node.stop();
      await Promise.all([plane.stop(), temporal.stop()]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** The spec of a Process as `examples/spec` has it, with another name and queue, for the bed's Temporal. */
export function specOf(bed: Pick<LiveBed, 'temporal'>, name: string, change: object = {}): Record<string, unknown> {
  return {
    image: 'ghcr.io/ameide/l2o-process:0.7.0',
    definitionRef: { id: 'L2O_v3', tenantId: 't123' },
    temporal: { namespace: temporalNamespace, taskQueue: `${name}-tq`, address: bed.temporal.address },
    ...change,
  };
}

/** Pins and renders a Process with the built executable; gives all of its objects, the Process first. */
export function renderProcess(bed: Pick<LiveBed, 'scratch'>, name: string, spec: object): KubeObject[] {
  const dir = join(bed.scratch, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  cpSync(join(root, 'examples/definitions'), join(dir, '.definitions'), { recursive: true });
  writeFileSync(
    join(dir, 'process.yaml'),
    JSON.stringify({ apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name, namespace }, spec }, null, 1),
  );
  for (const args of [
    ['pin', dir, '--source', join(root, 'examples/definitions')],
    ['render', dir],
  ]) {
    const { status, stderr } = spawnSync(join(root, 'dist/ameide-process'), args, { encoding: 'utf8', env: environment() });
    if (status !== 0) throw new Error(`ameide-process ${args.join(' ')}: ${stderr}`);
  }
  return readdirSync(dir)
    .filter((file) => file.endsWith('.yaml'))
    .sort((a, b) => Number(b === 'process.yaml') - Number(a === 'process.yaml'))
    .flatMap((file) => loadAll(readFileSync(join(dir, file), 'utf8')) as KubeObject[]);
}

export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
}

/** Creates objects, or replaces them. */
export async function apply(bed: Pick<LiveBed, 'plane'>, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const path = await resourcePath(bed.plane, object);
    const item = `${path}/${object.metadata.name}`;
    const live = await request(bed.plane, 'GET', item);
    if (live.code === 404) await demand(bed.plane, 'POST', path!, object);
    else {
      const { resourceVersion } = (live.body as KubeObject).metadata;
      await demand(bed.plane, 'PUT', item, { ...object, metadata: { ...object.metadata, resourceVersion } });
    }
  }
}

export interface LiveStatus {
  readonly observedGeneration?: number;
  readonly definition?: { readonly version: number; readonly checksum: string; readonly configMap: string };
  readonly workers?: { readonly summary: string };
  /** `Ready`: `True AllReady: …` */
  readonly conditions: Readonly<Record<string, string>>;
}

export async function statusOf(bed: Pick<LiveBed, 'plane'>, name: string): Promise<LiveStatus> {
  const live = (await demand(bed.plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`)) as KubeObject;
  const status = isObject(live.status) ? live.status : {};
  const conditions = (status.conditions ?? []) as { type: string; status: string; reason: string; message: string }[];
  return {
    ...status,
    conditions: Object.fromEntries(conditions.map((one) => [one.type, `${one.status} ${one.reason}: ${one.message}`])),
  } as LiveStatus;
}

/** Waits until a condition begins so, such as `True` or `False NoPollers`. Gives the whole status. */
export function untilCondition(
  bed: Pick<LiveBed, 'plane'>,
  name: string,
  [type, begins]: readonly [string, string],
  limitMs = 30_000,
): Promise<LiveStatus> {
  return until({
    what: `${type} of ${name} to be ${begins}`,
    look: () => statusOf(bed, name),
    isSo: ({ conditions }) => conditions[type]?.startsWith(begins) ?? begins === 'absent',
    limitMs,
  });
}
