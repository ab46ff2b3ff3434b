/** A Process with all that is its own on a real API server, with the status that controllers and the sidecar would write; and the executable there. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import type { Resource } from '../../src/resource.ts';
import { nameOf } from '../../src/resource.ts';
import { demand, type KubeObject, request, type Server } from '../testbed/api.ts';
import { resourcePath } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';
import { availableDeployment, healthyStatus, podOf } from './live-cluster.ts';
import { type Broken, type Mutable, renderedStream } from './rendered-stream.ts';

/** Creates what a render gives, a pod, and a healthy status of everything. */
export async function applyHealthy(server: Server, change: (seen: Broken) => void = () => {}, metadata: object = {}): Promise<void> {
  let pod: Mutable | undefined;
  const items = renderedStream(
    (seen) => {
      change(seen);
      pod = podOf(seen, 'l2o-process-a');
      pod.metadata!.namespace = seen.deployment.metadata!.namespace!;
    },
    {},
    metadata,
  );
  for (const item of [...items, pod as unknown as Resource]) await create(server, item);
  for (const item of items) {
    if (item.kind === 'Deployment') await patchStatus(server, item, availableDeployment());
    if (item.kind === 'Process') {
      const live = (await demand(server, 'GET', await pathIn(server, item))) as KubeObject;
      await patchStatus(server, item, { ...healthyStatus(), observedGeneration: live.metadata.generation });
    }
  }
  if (pod) await patchStatus(server, pod as unknown as Resource, pod.status as object);
}

async function create(server: Server, item: Resource): Promise<void> {
  const { status: _, ...rest } = item;
  await demand(server, 'POST', (await resourcePath(server, rest as unknown as KubeObject))!, rest);
}

async function pathIn(server: Server, item: Resource): Promise<string> {
  return `${await resourcePath(server, item as unknown as KubeObject)}/${nameOf(item)}`;
}

async function patchStatus(server: Server, item: Resource, status: object): Promise<void> {
  await demand(server, 'PATCH', `${await pathIn(server, item)}/status`, { status });
}

/** Merges into one object, or into its status. */
export async function patch(server: Server, kind: 'Process' | 'Deployment' | 'Pod', changes: object, name?: string): Promise<void> {
  const [apiVersion, own] =
    kind === 'Process' ? ['ameide.io/v1', 'l2o'] : kind === 'Pod' ? ['v1', 'l2o-process-a'] : ['apps/v1', 'l2o-process'];
  const item = { apiVersion, kind, metadata: { name: name ?? own, namespace: 'sales' } };
  const path = `${await resourcePath(server, item)}/${item.metadata.name}`;
  await demand(server, 'PATCH', 'status' in changes ? `${path}/status` : path, changes);
}

/** Removes everything of a namespace that these tests make. */
export async function clear(server: Server, namespace: string): Promise<void> {
  for (const path of [
    `/apis/ameide.io/v1/namespaces/${namespace}/processes`,
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/api/v1/namespaces/${namespace}/configmaps`,
    `/api/v1/namespaces/${namespace}/pods`,
  ]) {
    const answer = await request(server, 'DELETE', `${path}?gracePeriodSeconds=0`);
    if (answer.code >= 300 && answer.code !== 404) throw new Error(`DELETE ${path}: ${answer.code}`);
  }
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The executable as a person runs it; the test's own event loop goes on meanwhile. */
export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { KUBECONFIG: _, ...own } = process.env;
  const child = spawn(process.execPath, [join(root, 'dist/ameide-process'), ...args], { env: { ...own, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
