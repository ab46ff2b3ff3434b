/** The changes of a render on values instead of text: for callers that hold objects. Pure. */
import { isObject, type Resource } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import type { Edit, Path } from '../yaml/edit.ts';

/** The items after the changes, in their order; what was added stands at the end. */
export function applyChanges(items: readonly Resource[], changes: readonly Change[]): Resource[] {
  const next: (Resource | undefined)[] = [...items];
  const added: Resource[] = [];
  for (const change of changes) {
    if (change.kind === 'add') added.push(change.resource);
    else if (change.kind === 'remove') next[change.index] = undefined;
    else if (change.kind === 'replace') next[change.index] = change.resource;
    else next[change.index] = change.edits.reduce(applyEdit, items[change.index]!);
  }
  return [...next.filter((item) => item !== undefined), ...added];
}

/** The resource after one edit; the one that is given stays as it is. */
export function applyEdit(resource: Resource, edit: Edit): Resource {
  if ('set' in edit) return changeAt(resource, edit.set, () => edit.to);
  if ('remove' in edit) return changeAt(resource, edit.remove, () => undefined);
  if ('append' in edit) return changeAt(resource, edit.at, (list) => [...asList(list), edit.append]);
  return changeAt(resource, edit.from, (list) => {
    const rest = asList(list).filter((_, at) => at !== edit.drop);
    return rest.length > 0 ? rest : undefined;
  });
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function changeAt(object: Resource, [key, ...rest]: Path, change: (value: unknown) => unknown): Resource {
  if (key === undefined) return object;
  const child = object[key];
  const next = rest.length === 0 ? change(child) : changeAt(isObject(child) ? child : {}, rest, change);
  const { [key]: _, ...others } = object;
  if (next === undefined) return others;
  return key in object ? { ...object, [key]: next } : { ...others, [key]: next };
}
