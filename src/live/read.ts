/** Reads live Processes and their Deployments, ConfigMaps and pods, by lists, and what those name. */
import type { Kube } from '../kube/connect.ts';
import { KubeFailure } from '../kube/failure.ts';
import { definitionConfigMapName, deploymentName, processKind, sidecarHome, tracks } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { isObject, nameOf, namespaceOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import { mountsOf } from '../sidecar/seen/mounts.ts';
import type { Live, Unreadable } from './objects.ts';
import { type Collection, collectionsOf, cronJobsOf, pathOf, type Scope, wordsFor } from './scope.ts';

/** The way to the API server. */
export type Reader = Pick<Kube, 'request'>;

const pageSize = 250;
/** A page of ConfigMaps may be hundreds of megabytes; Processes are small, and tell soon whether the server answers at all. */
const pageTimeoutMs = { processes: 10_000, others: 60_000 } as const;
const shortestTimeoutMs = 1_000;

export interface ReadOptions {
  /** Milliseconds; default: each request has its own limit alone. */
  readonly leftMs?: number | undefined;
  /** Processes first; default: what a verification looks at. */
  readonly collections?: readonly Collection[];
}

/** `problem`: there is nothing to look at, because the server does not answer, or has no such kind. */
export async function readLive(
  kube: Reader,
  scope: Scope,
  { leftMs = Number.POSITIVE_INFINITY, collections = collectionsOf(scope) }: ReadOptions = {},
): Promise<Live | { readonly problem: Problem }> {
  const [processes, ...others] = collections;
  const lists = await readLists(kube, [processes!], { scope, leftMs });
  // A server that does not answer is asked no more.
  if (!lists.some(({ list }) => isHopeless(list))) {
    const isScheduled = lists.some(({ list }) => Array.isArray(list) && list.some(hasCronJobs));
    lists.push(...(await readLists(kube, [...others, ...(isScheduled ? [cronJobsOf(scope)] : [])], { scope, leftMs })));
  }
  const items: Resource[] = [];
  const pods: Resource[] = [];
  const unreadable: Unreadable[] = [];
  for (const { collection, namespace, list } of lists) {
    if (Array.isArray(list)) (collection.resource === 'pods' ? pods : items).push(...list);
    else if (list.kind === 'Forbidden') unreadable.push({ resource: collection.resource, namespace, problem: forbidden(list) });
    else return { problem: failed(list, collection) };
  }
  const found = unreadable.length === 0 ? [...items, ...(await readNamed(kube, items, { scope, collections }))] : items;
  const leaseRenewedAt = await readLease(kube);
  return {
    now: new Date().toISOString(),
    items: found,
    pods,
    unreadable,
    where: wordsFor(scope),
    ...(leaseRenewedAt !== undefined && { leaseRenewedAt }),
  };
}

function hasCronJobs(process: Resource): boolean {
  return objectsAt(process, 'spec', 'slaChecks').length + objectsAt(process, 'spec', 'cleanups').length > 0;
}

function isHopeless(list: Resource[] | KubeFailure): boolean {
  return list instanceof KubeFailure && list.kind !== 'Forbidden';
}

function readLists(
  kube: Reader,
  collections: readonly Collection[],
  { scope, leftMs }: { readonly scope: Scope; readonly leftMs: number },
) {
  const timeoutOf = ({ kind }: Collection) =>
    Math.max(Math.min(pageTimeoutMs[kind === processKind ? 'processes' : 'others'], leftMs), shortestTimeoutMs);
  const lists = (scope.namespaces ?? [undefined]).flatMap((namespace) =>
    collections.map(async (collection) => {
      const list = await readList({ kube, timeoutMs: timeoutOf(collection) }, collection, namespace);
      return { collection, namespace, list };
    }),
  );
  return Promise.all(lists);
}

/** Who may not read it, or runs the sidecar elsewhere, learns nothing from it. */
async function readLease(kube: Reader): Promise<string | undefined> {
  const { namespace, lease } = sidecarHome;
  const found = await read(kube, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${lease}`);
  const renewed = found instanceof KubeFailure ? undefined : valueAt(found, 'spec', 'renewTime');
  return typeof renewed === 'string' ? renewed : undefined;
}

/** Page by page. Objects of built-in kinds come without their kind in a list. */
async function readList(
  { kube, timeoutMs }: { readonly kube: Reader; readonly timeoutMs: number },
  collection: Collection,
  namespace: string | undefined,
): Promise<Resource[] | KubeFailure> {
  const { apiVersion, kind, labelSelector, fieldSelector, isOurs = () => true } = collection;
  const items: Resource[] = [];
  for (let next = ''; ; ) {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(next !== '' && { continue: next }),
    });
    const path = `${pathOf(collection, namespace)}?${query}`;
    const page = await read(kube, path, timeoutMs);
    if (page instanceof KubeFailure) return page;
    items.push(
      ...objectsAt(page, 'items')
        .filter(isOurs)
        .map((item) => ({ ...item, apiVersion, kind })),
    );
    next = String(valueAt(page, 'metadata', 'continue') ?? '');
    if (next === '') return items;
  }
}

async function read(kube: Reader, path: string, timeoutMs?: number): Promise<Resource | KubeFailure> {
  try {
    return await kube.request({ method: 'GET', path, ...(timeoutMs !== undefined && { timeoutMs }) });
  } catch (error) {
    if (error instanceof KubeFailure) return error;
    throw error;
  }
}

/** What a Process that was asked for needs and no label leads to: somebody may have changed the labels. */
async function readNamed(
  kube: Reader,
  items: readonly Resource[],
  { scope: { asked }, collections }: { readonly scope: Scope; readonly collections: readonly Collection[] },
): Promise<Resource[]> {
  if (asked.length === 0) return [];
  const found: Resource[] = [];
  const isLookedAt = ({ resource }: Pick<Collection, 'resource'>) => collections.some((one) => one.resource === resource);
  const readOne = async (collection: Omit<Collection, 'labelSelector' | 'fieldSelector'>, namespace: string, name: string) => {
    const { apiVersion, kind } = collection;
    const isIt = (item: Resource) => item.kind === kind && nameOf(item) === name && namespaceOf(item) === namespace;
    if (name === '' || !isLookedAt(collection) || [...items, ...found].some(isIt)) return;
    const answer = await read(kube, `${pathOf(collection, namespace)}/${encodeURIComponent(name)}`);
    if (!(answer instanceof KubeFailure)) found.push({ ...answer, apiVersion, kind });
  };
  const deployments = { resource: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment' };
  const configMaps = { resource: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap' };
  for (const item of items.filter(isProcessKind)) {
    const wanted = tracks.filter((track) => track === 'stable' || valueAt(item, 'spec', 'rollout', 'canary') !== undefined);
    for (const track of wanted) await readOne(deployments, namespaceOf(item), deploymentName(nameOf(item), track));
  }
  for (const item of [...items, ...found]) {
    for (const name of configMapsOf(item)) await readOne(configMaps, namespaceOf(item), name);
  }
  return found;
}

function configMapsOf(item: Resource): string[] {
  const podSpec = valueAt(item, 'spec', 'template', 'spec');
  if (item.kind === 'Deployment' && isObject(podSpec)) return [...new Set(mountsOf(podSpec).map(({ configMap }) => configMap))];
  const checksum = valueAt(item, 'spec', 'definitionRef', 'pin', 'checksum');
  return isProcessKind(item) && typeof checksum === 'string' ? [definitionConfigMapName(nameOf(item), checksum)] : [];
}

/** The server's message names what it is about, if anything. */
export function forbidden({ message }: { readonly message: string }): Problem {
  return problem('ClusterForbidden', `${message}; have it granted, or use other credentials`);
}

function failed({ kind, message }: KubeFailure, { resource }: Collection): Problem {
  if (kind === 'NotFound' && resource === 'processes')
    return problem('CrdMissing', 'the cluster does not know Processes (ameide.io/v1); apply deploy/crd, or use another context');
  return problem('ClusterUnreachable', `cannot read ${resource}: ${message}; check the address in the kubeconfig, and the network`);
}
