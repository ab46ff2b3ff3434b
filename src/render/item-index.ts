/** Finds items by what they are and whose they are, however many there are. Pure. */
import { annotation } from '../names.ts';
import { annotationOf, identityOf, nameOf, namespaceOf, type Resource } from '../resource.ts';
import { isGenerated, isProcessKind, type Place, placeOf, scopeOf } from './located.ts';

export interface ItemIndex {
  /** The generated item that is this resource already, in the scope of a place. */
  generated(resource: Resource, at: Place | undefined): number | undefined;
  /** What was generated for a Process of this name and namespace, in the scope of a place. */
  generatedFor(process: Owner, at: Place | undefined): readonly number[];
  /** Items of others that are the same object to the API server. */
  foreign(resource: Resource): readonly Resource[];
  /** The first index in a file behind the items that are not ours. */
  firstFree(file: Place): number;
  /** Whether a Process of this name is in the scope of a place. */
  hasProcess(name: string, at: Place | undefined): boolean;
}

interface Owner {
  readonly name: string;
  readonly namespace?: string;
}

export function indexItems(items: readonly Resource[]): ItemIndex {
  const generated = new Map<string, number>();
  const generatedFor = new Map<string, number[]>();
  const foreign = new Map<string, Resource[]>();
  const firstFree = new Map<string, number>();
  const processes = new Set<string>();
  for (const [at, item] of items.entries()) {
    const place = placeOf(item);
    if (isGenerated(item)) {
      generated.set(keyOf(scopeOf(place), identityOf(item)), at);
      addTo(generatedFor, keyOf(scopeOf(place), namespaceOf(item), annotationOf(item, annotation.generatedFor)!), at);
      continue;
    }
    if (isProcessKind(item)) processes.add(keyOf(scopeOf(place), nameOf(item)));
    addTo(foreign, identityOf(item), item);
    if (place) firstFree.set(fileKey(place), Math.max(firstFree.get(fileKey(place)) ?? 0, place.index + 1));
  }
  return {
    generated: (resource, at) => generated.get(keyOf(scopeOf(at), identityOf(resource))),
    generatedFor: ({ name, namespace = '' }, at) => generatedFor.get(keyOf(scopeOf(at), namespace, name)) ?? [],
    foreign: (resource) => foreign.get(identityOf(resource)) ?? [],
    firstFree: (file) => firstFree.get(fileKey(file)) ?? 0,
    hasProcess: (name, at) => processes.has(keyOf(scopeOf(at), name)),
  };
}

export function fileKey({ packagePath, path }: Place): string {
  return keyOf(packagePath, path);
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n');
}

function addTo<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
