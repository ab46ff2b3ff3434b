/** A Kubernetes object of which nothing is known yet, and safe ways to read the little that is needed of it. */
import type { ResourceRef } from './problem.ts';

export type Resource = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function metadataOf(resource: Resource): Resource {
  return isObject(resource.metadata) ? resource.metadata : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function nameOf(resource: Resource): string {
  return textOf(metadataOf(resource).name);
}

/** The namespace, or '' when there is none. */
export function namespaceOf(resource: Resource): string {
  return textOf(metadataOf(resource).namespace);
}

export function annotationsOf(resource: Resource): Readonly<Record<string, unknown>> {
  const { annotations } = metadataOf(resource);
  return isObject(annotations) ? annotations : {};
}

/** The annotation's text; undefined when it is absent or no string. */
export function annotationOf(resource: Resource, key: string): string | undefined {
  const value = annotationsOf(resource)[key];
  return typeof value === 'string' ? value : undefined;
}

/** Who it is to the API server, whatever the version: group, kind, namespace, name. */
export function identityOf(resource: Resource): string {
  const apiVersion = textOf(resource.apiVersion);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, textOf(resource.kind), namespaceOf(resource), nameOf(resource)].join('|');
}

export function referTo(resource: Resource): ResourceRef {
  const namespace = namespaceOf(resource);
  return { apiVersion: textOf(resource.apiVersion), kind: textOf(resource.kind), name: nameOf(resource), ...(namespace && { namespace }) };
}

/** Deep equality of JSON values; a key that is undefined counts as absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}

/** The value at a path, or undefined when anything on the way is not there. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

export function objectsAt(value: unknown, ...path: readonly string[]): Resource[] {
  const list = valueAt(value, ...path);
  return Array.isArray(list) ? list.filter(isObject) : [];
}
