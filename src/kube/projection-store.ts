/** What is kept of the objects of one kind, and what of it really changes when lists and events come in. */
import { type Resource, valueAt } from '../resource.ts';
import { keyOf } from './object-key.ts';

export interface ProjectionStore<T> {
  /** By `namespace/name`. */
  readonly objects: ReadonlyMap<string, T>;
  put(object: Resource): void;
  remove(object: Resource): void;
  clear(): void;
  /** A whole list comes, object by object; `end` removes what was not in it. */
  replace(): { put(object: Resource): void; end(): void };
}

export interface StoreOptions<T> {
  readonly keep: (object: Resource) => T | undefined;
  readonly onChange: (key: string, now: T | undefined) => void;
  readonly onError?: (key: string, error: unknown) => void;
}

export function projectionStore<T>({ keep, onChange, onError }: StoreOptions<T>): ProjectionStore<T> {
  const objects = new Map<string, T>();
  /** Of those in `objects`: an unchanged one in a list is no news. */
  const versions = new Map<string, string>();
  const attempt = <R>(key: string, work: () => R): R | undefined => {
    try {
      return work();
    } catch (error) {
      onError?.(key, error);
      return;
    }
  };
  const remove = (key: string) => {
    if (!objects.delete(key)) return;
    versions.delete(key);
    attempt(key, () => onChange(key, undefined));
  };
  const put = (object: Resource) => {
    const key = keyOf(object);
    const version = String(valueAt(object, 'metadata', 'resourceVersion'));
    if (versions.get(key) === version) return;
    const kept = attempt(key, () => keep(object));
    if (kept === undefined) return remove(key);
    objects.set(key, kept);
    versions.set(key, version);
    attempt(key, () => onChange(key, kept));
  };
  const retain = (keys: ReadonlySet<string>) => {
    for (const key of [...objects.keys()]) if (!keys.has(key)) remove(key);
  };
  return {
    objects,
    put,
    remove: (object) => remove(keyOf(object)),
    clear: () => retain(new Set()),
    replace: () => {
      const listed = new Set<string>();
      return {
        put: (object) => {
          listed.add(keyOf(object));
          put(object);
        },
        end: () => retain(listed),
      };
    },
  };
}
