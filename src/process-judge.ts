/** Applies the rules that span fields, and the uniqueness of named lists, to a Process whose form has been checked. */
import { listMaps } from './gen/validate-process.ts';
import { type Problem, problem } from './problem.ts';
import { rules, transitionRules } from './process-rules.ts';
import { isObject } from './resource.ts';

/** Whether the value at a JSON pointer, with all that is in it and around it, has the right form. */
type IsSound = (pointer: string) => boolean;

interface Found {
  readonly value: unknown;
  /** In Kubernetes' notation. */
  readonly path: string;
  readonly pointer: string;
}

export function ruleProblems(root: unknown, isSound: IsSound): Problem[] {
  return rules.flatMap(({ at, message, fieldPath = '', reason = 'FieldInvalid', holds }) =>
    find(root, at)
      .filter(({ value, pointer }) => isSound(pointer) && !holds(value))
      .map(({ path }) => problem(reason, message, { field: { path: `${path}${fieldPath}` } })),
  );
}

export function transitionProblems(after: unknown, before: unknown): Problem[] {
  return transitionRules.flatMap(({ at, message, fieldPath = '', reason = 'FieldInvalid', holds }) => {
    const [now] = find(after, at);
    const [then] = find(before, at);
    if (!now || !then || holds(now.value, then.value)) return [];
    return [problem(reason, message, { field: { path: `${now.path}${fieldPath}` } })];
  });
}

/** Entries of a named list that have one name: the API server takes the list for a map. */
export function duplicateEntries(root: unknown, isSound: IsSound): Problem[] {
  return listMaps.flatMap(({ at, keys }) =>
    find(root, at).flatMap(({ value, path, pointer }) => {
      if (!Array.isArray(value) || !isSound(pointer)) return [];
      const first = new Map<string, number>();
      return value.flatMap((entry: Readonly<Record<string, unknown>>, index) => {
        const name = keys.map((key) => String(entry[key])).join(', ');
        const earlier = first.get(name);
        if (earlier === undefined) {
          first.set(name, index);
          return [];
        }
        const field = { path: `${path}[${index}].${keys[0]}`, currentValue: name };
        return [problem('FieldInvalid', `"${name}" is there twice, first as entry ${earlier}: remove or rename one`, { field })];
      });
    }),
  );
}

/** Every value at the place; nothing when it is absent. */
function find(root: unknown, at: readonly string[]): Found[] {
  let found: Found[] = [{ value: root, path: '', pointer: '' }];
  for (const step of at) {
    if (found.length === 0) return found;
    found = found.flatMap(({ value, path, pointer }) => {
      if (step === '*') {
        return Array.isArray(value)
          ? value.map((entry, index) => ({ value: entry, path: `${path}[${index}]`, pointer: `${pointer}/${index}` }))
          : [];
      }
      if (!isObject(value) || value[step] === undefined) return [];
      return [{ value: value[step], path: path ? `${path}.${step}` : step, pointer: `${pointer}/${step}` }];
    });
  }
  return found;
}
