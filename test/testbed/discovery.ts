/** Where the objects of a kind live in the REST API, and the two things that must exist before they can: namespace and CRD. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import type { Answer, KubeObject, Server } from './api.ts';
import { demand, message, request } from './api.ts';
import { until } from './until.ts';

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

interface Known {
  readonly resources: Map<string, readonly ApiResource[]>;
  readonly namespaces: Map<string, Promise<void>>;
}

const known = new WeakMap<Server, Known>();

/** The collection's path, such as `/apis/apps/v1/namespaces/sales/deployments`; undefined for a kind that the server does not have. */
export async function resourcePath(server: Server, { apiVersion, kind, metadata }: KubeObject): Promise<string | undefined> {
  const base = groupPath(apiVersion);
  const resource = await readResource(server, base, kind);
  if (!resource) return undefined;
  if (!resource.namespaced) return `${base}/${resource.name}`;
  const namespace = metadata.namespace ?? 'default';
  await ensureNamespace(server, namespace);
  return `${base}/namespaces/${namespace}/${resource.name}`;
}

/** Installs the CustomResourceDefinitions of a YAML file, or replaces them, and waits until their kinds are served. */
export async function installCrd(server: Server, file: string): Promise<void> {
  for (const crd of loadAll(readFileSync(file, 'utf8')) as (KubeObject & CrdSpec)[]) {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const item = `${path}/${crd.metadata.name}`;
    const live = await untilNotEnding(server, item);
    const resourceVersion = live.code === 200 ? (live.body as KubeObject).metadata.resourceVersion : undefined;
    const next = { ...crd, metadata: { ...crd.metadata, resourceVersion } };
    await demand(server, live.code === 200 ? 'PUT' : 'POST', `${live.code === 200 ? item : path}?fieldValidation=Strict`, next);
    for (const version of crd.spec.versions) if (version.served) await untilServed(server, item, crd, version.name);
  }
}

interface CrdSpec {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: { name: string; served: boolean }[];
  };
}

/**
 * A deleted CRD is there until the API server has deleted its objects, and whoever watches these knows of it earlier:
 * what is PUT until then goes with it.
 */
function untilNotEnding(server: Server, item: string): Promise<Answer> {
  const isEnding = ({ code, body }: Answer) => code === 200 && (body as KubeObject).metadata.deletionTimestamp !== undefined;
  return until({
    what: `${item} to be deleted`,
    look: () => request(server, 'GET', item),
    isSo: (live) => !isEnding(live),
    limitMs: 30_000,
  });
}

async function untilServed(server: Server, item: string, { spec }: CrdSpec, version: string, limitMs = 30_000): Promise<void> {
  const started = Date.now();
  const base = `/apis/${spec.group}/${version}`;
  known.get(server)?.resources.delete(base);
  for (;;) {
    const crd = (await demand(server, 'GET', item)) as { status?: { conditions?: { type: string; status: string; message?: string }[] } };
    const conditions = crd.status?.conditions ?? [];
    const isEstablished = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
    const resource = isEstablished ? await readResource(server, base, spec.names.kind) : undefined;
    // Discovery may be ahead of the handler that serves the objects: ask for the objects themselves.
    if (resource && (await request(server, 'GET', `${base}/${resource.name}?limit=1`)).code === 200) return;
    if (Date.now() - started > limitMs) throw new Error(`${item} is not served after ${limitMs / 1000} s: ${JSON.stringify(conditions)}`);
    await delay(50);
  }
}

async function readResource(server: Server, base: string, kind: string): Promise<ApiResource | undefined> {
  const { resources } = knownOf(server);
  const isWanted = (resource: ApiResource) => resource.kind === kind && !resource.name.includes('/');
  const found = resources.get(base)?.find(isWanted);
  if (found) return found;
  const answer = await request(server, 'GET', base);
  if (answer.code === 404) return undefined;
  if (answer.code !== 200) throw new Error(`GET ${base}: ${answer.code} ${message(answer)}`);
  const listed = (answer.body as { resources: ApiResource[] }).resources;
  resources.set(base, listed);
  return listed.find(isWanted);
}

function ensureNamespace(server: Server, name: string): Promise<void> {
  const { namespaces } = knownOf(server);
  const ensuring = namespaces.get(name) ?? createNamespace(server, name);
  namespaces.set(name, ensuring);
  ensuring.catch(() => namespaces.delete(name));
  return ensuring;
}

/** With the service account that a controller would make, without which no Pod is accepted. */
async function createNamespace(server: Server, name: string): Promise<void> {
  await createUnlessThere(server, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await createUnlessThere(server, `/api/v1/namespaces/${name}/serviceaccounts`, account);
}

async function createUnlessThere(server: Server, path: string, object: KubeObject): Promise<void> {
  const answer = await request(server, 'POST', path, object);
  if (answer.code >= 300 && answer.code !== 409) throw new Error(`POST ${path}: ${answer.code} ${message(answer)}`);
}

function knownOf(server: Server): Known {
  const now = known.get(server) ?? { resources: new Map(), namespaces: new Map() };
  known.set(server, now);
  return now;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
