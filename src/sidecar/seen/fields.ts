/** Reads fields of live objects, which may be of any version of their kind: what is not of the expected type counts as absent. */
import { isObject, type Resource, valueAt } from '../../resource.ts';

export function objectIn(value: unknown, key: string): Resource {
  const found = valueAt(value, key);
  return isObject(found) ? found : {};
}

export function textIn(value: Resource, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' ? found : undefined;
}

export function numberIn(value: Resource, key: string, otherwise: number): number {
  const found = value[key];
  return typeof found === 'number' ? found : otherwise;
}

/** A property that is absent where there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
