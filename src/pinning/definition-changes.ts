/** The ConfigMaps of definitions as changes of a package: those that pins need are there, those that none needs are gone. Pure. */
import { annotation, definitionConfigMapName, place } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { definitionConfigMap } from '../render/definition-config-map.ts';
import { isGenerated, placeOf } from '../render/located.ts';
import { annotationOf, annotationsOf, identityOf, isSame, nameOf, namespaceOf, type Resource, referTo } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { about, type Decided, type Target } from './target.ts';

/** Changes of definition ConfigMaps only: whatever else was generated stays. */
export function definitionChanges(items: readonly Resource[], decided: readonly Decided[]): { changes: Change[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const changes: Change[] = [];
  const nextIndex = new Map<string, number>();
  for (const one of decided) {
    const { target, texts } = one;
    const wanted = texts.map((text) => rename(definitionConfigMap(target.owner, text), target.configMapName(text.pin.checksum)));
    const isOurs = ownedBy(target);
    const ours = items.flatMap((item, index) => (isOurs(item) ? [index] : []));
    const kept = new Set<number>();
    let at = nextIndex.get(target.generatedPath) ?? firstFree(items, target.generatedPath);
    for (const resource of wanted) {
      const existing = ours.find((index) => isDefinition(items[index]!) && identityOf(items[index]!) === identityOf(resource));
      if (existing !== undefined) kept.add(existing);
      else problems.push(...refuseTaken(items, resource, target));
      changes.push(...placed(items, existing, resource, target.generatedPath, at));
      at++;
    }
    for (const index of ours) {
      const item = items[index]!;
      if (kept.has(index)) continue;
      if (isDefinition(item) && !isStillPinned(item, one)) changes.push({ kind: 'remove', index });
      else if (placeOf(item)?.path === target.generatedPath) changes.push({ kind: 'replace', index, resource: withIndex(item, at++) });
    }
    nextIndex.set(target.generatedPath, at);
  }
  return { changes, problems };
}

function rename(resource: Resource, name: string): Resource {
  return { ...resource, metadata: { ...(resource.metadata as Resource), name } };
}

/** Generated for this Process, in its folder. */
function ownedBy({ owner, generatedPath }: Target): (item: Resource) => boolean {
  const folder = folderOf(generatedPath);
  const { name, namespace = '' } = owner.metadata;
  return (item) =>
    isGenerated(item) &&
    annotationOf(item, annotation.generatedFor) === name &&
    namespaceOf(item) === namespace &&
    folderOf(placeOf(item)?.path ?? '') === folder;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function isDefinition(item: Resource): boolean {
  return item.kind === 'ConfigMap' && annotationOf(item, annotation.definitionChecksum) !== undefined;
}

/** A pin whose bytes were not verified (a mere `--drop`) keeps what there is of it. */
function isStillPinned(item: Resource, { target, next, texts }: Decided): boolean {
  const checksum = annotationOf(item, annotation.definitionChecksum);
  const isWritten = texts.some(({ pin }) => pin.checksum === checksum);
  const isOwnName = nameOf(item) === target.configMapName(checksum ?? '');
  return [next.pin, ...next.retained].some((pin) => pin.checksum === checksum) && (!isWritten || isOwnName);
}

/** The first index in a file behind the items that are not ours. */
function firstFree(items: readonly Resource[], path: string): number {
  const foreign = items.filter((item) => !isGenerated(item)).flatMap((item) => placeOf(item) ?? []);
  return Math.max(0, ...foreign.filter((at) => at.path === path).map(({ index }) => index + 1));
}

function placed(items: readonly Resource[], existing: number | undefined, resource: Resource, path: string, at: number): Change[] {
  const item = existing === undefined ? undefined : items[existing]!;
  const current = item && placeOf(item);
  const next = withPlace(resource, current?.path ?? path, current && current.path !== path ? current.index : at);
  if (existing === undefined) return [{ kind: 'add', resource: next }];
  return isSame(next, item) ? [] : [{ kind: 'replace', index: existing, resource: next }];
}

function withPlace(resource: Resource, path: string, index: number): Resource {
  const annotations = { ...annotationsOf(resource), [place.path[0]]: path, [place.index[0]]: String(index) };
  return { ...resource, metadata: { ...(resource.metadata as Resource), annotations } };
}

function withIndex(item: Resource, index: number): Resource {
  return withPlace(item, placeOf(item)!.path, index);
}

/** Somebody else's object that has the name we need. */
function refuseTaken(items: readonly Resource[], resource: Resource, target: Target): Problem[] {
  const folder = folderOf(target.generatedPath);
  const taken = items.find(
    (item) => !isGenerated(item) && identityOf(item) === identityOf(resource) && folderOf(placeOf(item)?.path ?? '') === folder,
  );
  if (!taken) return [];
  const message = `the generated ConfigMap "${nameOf(taken)}" needs the name of an object in ${placeOf(taken)?.path ?? 'the package'} that is not generated by the tool; rename one of the two`;
  return [about(target, problem('NameConflict', message, { resource: referTo(taken) }))];
}

/** The name that the render gives as well. */
export function plainName(process: string): (checksum: string) => string {
  return (checksum) => definitionConfigMapName(process, checksum);
}
