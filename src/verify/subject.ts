/** Who belongs to whom in a rendered stream: each Process with what was generated for it, even where an outer kustomization renamed one of them. Pure. */

import { groupBy } from '../group-by.ts';
import { annotation, deploymentName } from '../names.ts';
import { type DefinitionStore, definitionStore } from '../render/definition-store.ts';
import { isGenerated, isProcessKind } from '../render/located.ts';
import { annotationOf, nameOf, namespaceOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import { trackOfDeployment } from '../track.ts';

/** A Process of the stream and all that is its own. */
export interface Subject {
  readonly item: Resource;
  /** Its name when it was rendered: another one than now when something renamed it afterwards. */
  readonly renderedAs: string;
  readonly deployments: readonly Resource[];
  /** Everything that was generated for it, Deployments included. */
  readonly children: readonly Resource[];
  readonly definitions: DefinitionStore;
  /** The ConfigMap of that name in the Process's namespace. */
  configMap(name: string): Resource | undefined;
}

export interface Subjects {
  readonly subjects: readonly Subject[];
  /** Generated for a Process that is not in the stream. */
  readonly orphans: readonly Resource[];
}

export function subjectsOf(items: readonly Resource[]): Subjects {
  const owners = indexOwners(items);
  const generated = items.filter(isGenerated);
  const childrenOf = new Map<Resource, Resource[]>();
  const orphans: Resource[] = [];
  for (const child of generated) {
    const owner = owners.find(child);
    if (owner) childrenOf.set(owner, [...(childrenOf.get(owner) ?? []), child]);
    else orphans.push(child);
  }
  const configMaps = indexConfigMaps(items);
  const subjects = owners.processes.map((item) => {
    const children = childrenOf.get(owners.first(item)) ?? [];
    const deployments = children.filter(isDeployment);
    const namespace = namespaceOf(item);
    return {
      item,
      renderedAs: (deployments[0] && annotationOf(deployments[0], annotation.generatedFor)) ?? nameOf(item),
      deployments,
      children,
      definitions: configMaps.store(namespace),
      configMap: (name: string) => configMaps.find(namespace, name),
    };
  });
  return { subjects, orphans };
}

function isDeployment({ apiVersion, kind }: Resource): boolean {
  return apiVersion === 'apps/v1' && kind === 'Deployment';
}

interface Owners {
  readonly processes: readonly Resource[];
  find(child: Resource): Resource | undefined;
  /** Of Processes that are one and the same, the first; what was generated belongs to it. */
  first(process: Resource): Resource;
}

/** The owner by name, in the child's namespace or else in another; the one that was renamed with the child; the one that pins the child. */
function indexOwners(items: readonly Resource[]): Owners {
  const processes = items.filter(isProcessKind);
  const byName = groupBy(processes, nameOf);
  const byPlace = new Map<string, Resource>();
  const byPin = new Map<string, Resource>();
  for (const item of processes) {
    byPlace.set(key(namespaceOf(item), nameOf(item)), byPlace.get(key(namespaceOf(item), nameOf(item))) ?? item);
    for (const pinned of pinKeys(item)) byPin.set(pinned, item);
  }
  const renamed = new Map<string, Resource>();
  for (const item of items) {
    const owner = isGenerated(item) && isDeployment(item) && !byName.has(ownerName(item)) ? renamedOwner(item, processes) : undefined;
    if (owner) renamed.set(key(namespaceOf(item), ownerName(item)), owner);
  }
  const find = (child: Resource) => {
    const at = key(namespaceOf(child), ownerName(child));
    return byPlace.get(at) ?? byName.get(ownerName(child))?.[0] ?? renamed.get(at) ?? byPin.get(definitionKey(child));
  };
  return { processes, find, first: (item) => byPlace.get(key(namespaceOf(item), nameOf(item)))! };
}

function key(...parts: readonly string[]): string {
  return parts.join('\n');
}

function ownerName(child: Resource): string {
  return annotationOf(child, annotation.generatedFor) ?? '';
}

/** A prefix and a suffix change the names of Process and Deployment alike. */
function renamedOwner(deployment: Resource, processes: readonly Resource[]): Resource | undefined {
  const owner = ownerName(deployment);
  const [prefix, suffix, ...more] = nameOf(deployment).split(deploymentName(owner, trackOfDeployment(deployment)));
  if (owner === '' || suffix === undefined || more.length > 0) return;
  const renamed = `${prefix}${owner}${suffix}`;
  return processes.find((item) => nameOf(item) === renamed && namespaceOf(item) === namespaceOf(deployment));
}

function definitionKey(configMap: Resource): string {
  const { definitionId, definitionTenant, definitionChecksum } = annotation;
  return key(
    namespaceOf(configMap),
    ...[definitionId, definitionTenant, definitionChecksum].map((name) => annotationOf(configMap, name) ?? ''),
  );
}

function pinKeys(item: Resource): string[] {
  const ref = valueAt(item, 'spec', 'definitionRef');
  const canary = valueAt(item, 'spec', 'rollout', 'canary', 'pin');
  const pins = [valueAt(ref, 'pin'), ...(canary ? [canary] : []), ...objectsAt(ref, 'retained')];
  return pins.map((pin) => key(namespaceOf(item), ...[valueAt(pin, 'id'), valueAt(ref, 'tenantId'), valueAt(pin, 'checksum')].map(String)));
}

function indexConfigMaps(items: readonly Resource[]) {
  const byNamespace = new Map<string, Resource[]>();
  const byPlace = new Map<string, Resource>();
  for (const item of items) {
    if (item.kind !== 'ConfigMap' || item.apiVersion !== 'v1') continue;
    const namespace = namespaceOf(item);
    const neighbours = byNamespace.get(namespace) ?? [];
    neighbours.push(item);
    byNamespace.set(namespace, neighbours);
    byPlace.set(key(namespace, nameOf(item)), item);
  }
  const stores = new Map<string, DefinitionStore>();
  return {
    find: (namespace: string, name: string) => byPlace.get(key(namespace, name)),
    store(namespace: string): DefinitionStore {
      const store = stores.get(namespace) ?? definitionStore(byNamespace.get(namespace) ?? []);
      stores.set(namespace, store);
      return store;
    },
  };
}
