/** Reads what a verification looks at: Processes and their Deployments, ConfigMaps and pods, by lists, and what those name. */
import { definitionConfigMapName, deploymentName, processApiVersion, processKind, processLabel, selectorLabel } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { isObject, nameOf, namespaceOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import { mountsOf } from '../sidecar/seen/mounts.ts';
import type { Asked } from './live.ts';
import type { Live, Unreadable } from './live-objects.ts';

/** One GET of the API server; it never throws. */
export type Get = (path: string) => Promise<{ readonly body: unknown } | { readonly failure: Failure }>;

export interface Failure {
  readonly kind: 'Absent' | 'Forbidden' | 'Unauthorized' | 'Unreachable' | 'Refused';
  readonly message: string;
}

export interface Scope {
  /** Undefined: all namespaces. */
  readonly namespaces: readonly string[] | undefined;
  /** Empty: all Processes. */
  readonly asked: readonly Asked[];
}

export interface Collection {
  /** Plural name. */
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
}

const pageSize = 500;

/** What is listed in each namespace. Who asks for one Process reads nothing of the others. */
export function collectionsOf({ asked }: Scope): Collection[] {
  const [only, ...others] = asked;
  const isOne = only !== undefined && others.length === 0;
  const labelSelector = isOne ? `${selectorLabel.process}=${processLabel(only.name)}` : selectorLabel.process;
  const fieldSelector = isOne ? `metadata.name=${only.name}` : undefined;
  return [
    { resource: 'processes', apiVersion: processApiVersion, kind: processKind, labelSelector: undefined, fieldSelector },
    { resource: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment', labelSelector, fieldSelector: undefined },
    { resource: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', labelSelector, fieldSelector: undefined },
    { resource: 'pods', apiVersion: 'v1', kind: 'Pod', labelSelector, fieldSelector: undefined },
  ];
}

export function pathOf({ resource, apiVersion }: Pick<Collection, 'resource' | 'apiVersion'>, namespace: string | undefined): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${base}/${resource}` : `${base}/namespaces/${namespace}/${resource}`;
}

/** `problem`: there is nothing to look at, because the server does not answer, or has no such kind. */
export async function readLive(get: Get, scope: Scope): Promise<Live | { readonly problem: Problem }> {
  const items: Resource[] = [];
  const pods: Resource[] = [];
  const unreadable: Unreadable[] = [];
  for (const namespace of scope.namespaces ?? [undefined]) {
    for (const collection of collectionsOf(scope)) {
      const list = await readList(get, collection, namespace);
      if ('items' in list) (collection.resource === 'pods' ? pods : items).push(...list.items);
      else if (list.failure.kind === 'Forbidden') unreadable.push(forbidden(collection, namespace, list.failure));
      else return { problem: failed(list.failure, collection) };
    }
  }
  const found = unreadable.length === 0 ? [...items, ...(await readNamed(get, items, scope))] : items;
  return { now: new Date().toISOString(), items: found, pods, unreadable, where: wordsFor(scope) };
}

function wordsFor({ namespaces }: Scope): string {
  if (namespaces === undefined) return 'any namespace';
  return `namespace ${namespaces.map((name) => `"${name}"`).join(' or ')}`;
}

type List = { readonly items: readonly Resource[] } | { readonly failure: Failure };

/** Page by page. Objects of built-in kinds come without their kind in a list. */
async function readList(get: Get, collection: Collection, namespace: string | undefined): Promise<List> {
  const { apiVersion, kind, labelSelector, fieldSelector } = collection;
  const items: Resource[] = [];
  for (let next = ''; ; ) {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(next !== '' && { continue: next }),
    });
    const page = await get(`${pathOf(collection, namespace)}?${query}`);
    if ('failure' in page) return page;
    items.push(...objectsAt(page.body, 'items').map((item) => ({ ...item, apiVersion, kind })));
    next = String(valueAt(page.body, 'metadata', 'continue') ?? '');
    if (next === '') return { items };
  }
}

/** What a Process that was asked for needs and no label leads to: somebody may have changed the labels. */
async function readNamed(get: Get, items: readonly Resource[], { asked }: Scope): Promise<Resource[]> {
  if (asked.length === 0) return [];
  const has = (kind: string, namespace: string, name: string) =>
    [...items, ...found].some((item) => item.kind === kind && nameOf(item) === name && namespaceOf(item) === namespace);
  const found: Resource[] = [];
  const read = async (apiVersion: string, kind: string, resource: string, namespace: string, name: string) => {
    if (name === '' || has(kind, namespace, name)) return;
    const answer = await get(`${pathOf({ resource, apiVersion }, namespace)}/${encodeURIComponent(name)}`);
    if ('body' in answer && isObject(answer.body)) found.push({ ...answer.body, apiVersion, kind });
  };
  for (const item of items.filter(isProcessKind))
    await read('apps/v1', 'Deployment', 'deployments', namespaceOf(item), deploymentName(nameOf(item)));
  for (const item of [...items, ...found]) {
    for (const name of configMapsOf(item)) await read('v1', 'ConfigMap', 'configmaps', namespaceOf(item), name);
  }
  return found;
}

function configMapsOf(item: Resource): string[] {
  const podSpec = valueAt(item, 'spec', 'template', 'spec');
  if (item.kind === 'Deployment' && isObject(podSpec)) return [...new Set(mountsOf(podSpec).map(({ configMap }) => configMap))];
  const checksum = valueAt(item, 'spec', 'definitionRef', 'pin', 'checksum');
  return isProcessKind(item) && typeof checksum === 'string' ? [definitionConfigMapName(nameOf(item), checksum)] : [];
}

function forbidden({ resource }: Collection, namespace: string | undefined, { message }: Failure): Unreadable {
  return {
    resource,
    namespace,
    problem: problem('ClusterForbidden', `${message}; grant get and list of ${resource}, or use other credentials`),
  };
}

function failed({ kind, message }: Failure, { resource }: Collection): Problem {
  if (kind === 'Absent' && resource === 'processes') {
    return problem('CrdMissing', 'the cluster does not know Processes (ameide.io/v1); apply deploy/crd, or use another context');
  }
  if (kind === 'Unauthorized') return problem('ClusterForbidden', `the API server refuses the credentials: ${message}`);
  return problem('ClusterUnreachable', `cannot read ${resource}: ${message}`);
}
