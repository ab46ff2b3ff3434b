/** Where items come from: kpt and our own folder reader keep it in annotations; kustomize keeps nothing, so nothing can be written back there. */
import { annotation, generatedKinds, group, keptOfLongNames, place, processKind } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { annotationOf, annotationsOf, isObject, nameOf, type Resource, referTo } from '../resource.ts';

/** An item's file, as its tool knows it. */
export interface Place {
  /** Relative to the package. */
  readonly path: string;
  readonly index: number;
  /** kpt's name of the package (a sub-package has its own); '' when there is none. */
  readonly packagePath: string;
}

/** A Process of the list, with where it stands. */
export interface Located {
  readonly index: number;
  readonly process: Process;
  readonly place: Place | undefined;
}

export function placeOf(resource: Resource): Place | undefined {
  const path = annotationOf(resource, place.path[0]) ?? annotationOf(resource, place.path[1]);
  if (path === undefined) return;
  const index = annotationOf(resource, place.index[0]) ?? annotationOf(resource, place.index[1]) ?? '0';
  return { path, index: Number(index), packagePath: annotationOf(resource, place.packagePath) ?? '' };
}

/** The resource as it would be read from that place of a package. */
export function placedAt(resource: Resource, path: string, index: number): Resource {
  const metadata = isObject(resource.metadata) ? resource.metadata : {};
  const annotations = { ...annotationsOf(resource), [place.path[0]]: path, [place.index[0]]: String(index) };
  return { ...resource, metadata: { ...metadata, annotations } };
}

/** Items of one folder of one package belong together; two folders may hold one name for two clusters. */
export function scopeOf(at: Place | undefined): string {
  return at ? `${at.packagePath}\n${folderOf(at.path)}` : '';
}

/** The folder of a path, '' for the package's own. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** What a finding says of where an item is. */
export function fileOf(resource: Resource): { file?: { path: string; index: number } } {
  const at = placeOf(resource);
  return at ? { file: { path: at.path, index: at.index } } : {};
}

export function isProcessKind(resource: Resource): boolean {
  return resource.kind === processKind && typeof resource.apiVersion === 'string' && resource.apiVersion.startsWith(`${group}/`);
}

/**
 * Ours by our annotation; but the annotation is copied with a manifest, so the kind and, whatever kustomize put around it, the name must
 * be of those that we generate too.
 */
export function isGenerated(resource: Resource): boolean {
  const owner = annotationOf(resource, annotation.generatedFor);
  return owner !== undefined && generatedKinds.has(String(resource.kind)) && nameOf(resource).includes(owner.slice(0, keptOfLongNames));
}

/** Paths that would be written outside the package. */
export function refusePaths(items: readonly Resource[]): Problem[] {
  return items.flatMap((item) => {
    const path = placeOf(item)?.path;
    if (path === undefined || !(/^([/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..'))) return [];
    const field = { path: `metadata.annotations[${place.path[0]}]`, currentValue: path };
    return [
      problem('PathOutsidePackage', `the path "${path}" leaves the package; use one relative to it`, { resource: referTo(item), field }),
    ];
  });
}
