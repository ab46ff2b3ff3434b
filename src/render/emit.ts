/**
 * Merges plans into the items: what is new is added, what is ours and differs is replaced, what is ours and nobody wants any more is
 * removed, and nobody else's item is ever touched. What already is as planned stays as it is, byte for byte. Pure.
 */
import { generatedFile, place, placePrefixes } from '../names.ts';
import { pinEdits } from '../pin.ts';
import { type Problem, problem } from '../problem.ts';
import { annotationOf, annotationsOf, identityOf, isSame, nameOf, type Resource, referTo } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import type { Edit } from '../yaml/edit.ts';
import { renderedFrom } from './child-metadata.ts';
import { folderOf, isGenerated, isProcessKind, type Place, placeOf, scopeOf } from './located.ts';
import type { Plan } from './plan.ts';

/** The changes to `items` that make them what the plans say. Processes without a plan keep what was generated for them. */
export function emit(items: readonly Resource[], plans: readonly Plan[]): { changes: Change[]; problems: Problem[] } {
  const index = indexItems(items);
  const changes: Change[] = [];
  const problems: Problem[] = [];
  const kept = new Set<number>();
  const nextIndex = new Map<string, number>();

  for (const plan of plans) {
    changes.push(...processChanges(plan, items));
    for (const resource of plan.resources) {
      const conflict = index.conflict(resource, plan);
      if (conflict) problems.push(conflict);
      const existing = index.generated(resource, plan.resolved.place);
      const at = placeFor(plan, existing === undefined ? undefined : items[existing], { index, nextIndex });
      if (existing === undefined) changes.push({ kind: 'add', resource: withPlace(resource, at, undefined) });
      else {
        kept.add(existing);
        const next = withPlace(resource, at, items[existing]);
        if (!isSame(next, items[existing])) changes.push({ kind: 'replace', index: existing, resource: next });
      }
    }
  }
  for (const [at, item] of items.entries()) if (isGenerated(item) && !kept.has(at)) changes.push({ kind: 'remove', index: at });
  return { changes, problems };
}

/** The Process itself: its pin where one was looked up, the hash of its spec, and no status, which is the cluster's. */
function processChanges({ resolved }: Plan, items: readonly Resource[]): Change[] {
  const { index, process, written, current, retained } = resolved;
  const item = items[index]!;
  const edits: Edit[] = pinEdits(written, { pin: current.pin, retained: retained.map(({ pin }) => pin) });
  for (const [key, value] of Object.entries(renderedFrom(process))) {
    if (annotationOf(item, key) !== value) edits.push({ set: ['metadata', 'annotations', key], to: value });
  }
  if (item.status !== undefined) edits.push({ remove: ['status'] });
  return edits.length > 0 ? [{ kind: 'edit', index, edits }] : [];
}

interface ItemIndex {
  /** The generated item that is this resource already. */
  generated(resource: Resource, at: Place | undefined): number | undefined;
  /** Somebody else's item that has the name we need. */
  conflict(resource: Resource, plan: Plan): Problem | undefined;
  /** The first index in a file behind the items that are not ours. */
  firstFree(file: string): number;
}

function indexItems(items: readonly Resource[]): ItemIndex {
  const generated = new Map<string, number>();
  const foreign = new Map<string, Resource[]>();
  const foreignInFile = new Map<string, number>();
  const processFolders = new Set<string>();
  for (const [at, item] of items.entries()) {
    const itemPlace = placeOf(item);
    const identity = identityOf(item);
    if (isGenerated(item)) {
      generated.set(`${scopeOf(itemPlace)}\n${identity}`, at);
      continue;
    }
    if (isProcessKind(item)) processFolders.add(`${scopeOf(itemPlace)}\n${nameOf(item)}`);
    foreign.set(identity, [...(foreign.get(identity) ?? []), item]);
    if (itemPlace) {
      const file = fileKey(itemPlace);
      foreignInFile.set(file, Math.max(foreignInFile.get(file) ?? 0, itemPlace.index + 1));
    }
  }
  return {
    generated: (resource, at) => generated.get(`${scopeOf(at)}\n${identityOf(resource)}`),
    firstFree: (file) => foreignInFile.get(file) ?? 0,
    conflict: (resource, { resolved: { place: at, process } }) => {
      // A folder with a Process of the same name is another copy of it, for another cluster.
      const isElsewhere = (item: Resource) => {
        const scope = scopeOf(placeOf(item));
        return scope !== scopeOf(at) && processFolders.has(`${scope}\n${process.metadata.name}`);
      };
      const taken = foreign.get(identityOf(resource))?.find((item) => !isElsewhere(item));
      return taken && nameConflict(taken, process.metadata.name);
    },
  };
}

function nameConflict(taken: Resource, process: string): Problem {
  const at = placeOf(taken);
  return problem(
    'NameConflict',
    `Process "${process}" needs this name for a generated object, but this one is not generated by the tool; rename one of the two`,
    {
      resource: referTo(taken),
      ...(at && { file: { path: at.path, index: at.index } }),
    },
  );
}

function fileKey({ packagePath, path }: Place): string {
  return `${packagePath}\n${path}`;
}

/** Where a generated item goes: where it already is, else into the file beside its Process, in the plan's order. */
function placeFor(
  { resolved: { place: at, process } }: Plan,
  existing: Resource | undefined,
  { index, nextIndex }: { index: ItemIndex; nextIndex: Map<string, number> },
): Place | undefined {
  if (!at) return;
  const own: Place = { packagePath: at.packagePath, path: `${folderOf(at.path)}${generatedFile(process.metadata.name)}`, index: 0 };
  const current = existing && placeOf(existing);
  if (current && current.path !== own.path) return current;
  const file = fileKey(own);
  const next = nextIndex.get(file) ?? index.firstFree(file);
  nextIndex.set(file, next + 1);
  return { ...own, index: next };
}

/** The resource with the annotations by which kustomize and kpt keep an item's place. */
function withPlace(resource: Resource, at: Place | undefined, existing: Resource | undefined): Resource {
  const kept = existing
    ? Object.entries(annotationsOf(existing)).filter(([key]) => placePrefixes.some((prefix) => key.startsWith(prefix)))
    : [];
  const metadata = resource.metadata as Resource;
  const isLegacyKept = kept.some(([key]) => key === place.index[1]);
  const placed = at && {
    [place.path[0]]: at.path,
    [place.index[0]]: String(at.index),
    ...(isLegacyKept && { [place.path[1]]: at.path, [place.index[1]]: String(at.index) }),
    ...(at.packagePath && { [place.packagePath]: at.packagePath }),
  };
  if (kept.length === 0 && !placed) return resource;
  const annotations = { ...annotationsOf(resource), ...Object.fromEntries(kept), ...placed };
  return { ...resource, metadata: { ...metadata, annotations } };
}
