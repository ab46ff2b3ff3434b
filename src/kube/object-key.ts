/** How an object of a kind is named among all that are watched: `namespace/name`. */
import { nameOf, namespaceOf, type Resource } from '../resource.ts';

/** A cluster-wide object has no namespace before the slash. */
export function keyOf(object: Resource): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}

export function namespaceIn(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
