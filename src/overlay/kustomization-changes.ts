/** Keeps kustomizations in step with the files that pins and renders make and remove. */
import type { FileChange, Package } from '../package/package.ts';
import type { Problem } from '../problem.ts';
import { type Kustomization, listIn, lists } from './kustomization.ts';

/** A Process with the file that is generated for it; in an overlay, with the patch that it has there. */
export interface Owner {
  readonly path: string;
  readonly generatedPath: string;
  readonly patch?: string;
}

/**
 * Where a kustomization lists a Process's file, what is generated is listed too, as long as it is there; an overlay lists its patches. What
 * the changes delete is listed nowhere.
 */
export function kustomizationChanges(
  kustomizations: readonly Kustomization[],
  owners: readonly Owner[],
  { pkg, changes }: { pkg: Package; changes: readonly FileChange[] },
): { changes: FileChange[]; problems: Problem[] } {
  const exists = existsAfter(pkg, changes);
  const deleted = changes.flatMap(({ path, text }) => (text === undefined ? [path] : []));
  const found = kustomizations.map((kustomization) => {
    const isHome = kustomization.folder === '';
    const generated = owners
      .filter(({ path, patch }) => (patch === undefined ? lists(kustomization, 'resources', path) : isHome))
      .map(({ generatedPath }) => generatedPath)
      .filter((path, at, all) => all.indexOf(path) === at);
    return listIn(kustomization, {
      resources: generated.filter(exists),
      patches: isHome ? owners.flatMap(({ patch }) => patch ?? []) : [],
      gone: [...deleted, ...generated.filter((path) => !exists(path))],
    });
  });
  return sorted(found);
}

/** Whether a file of the package is there after the changes. */
function existsAfter({ files }: Package, changes: readonly FileChange[]): (path: string) => boolean {
  const after = new Set(files.map(({ path }) => path));
  for (const { path, text } of changes) {
    if (text === undefined) after.delete(path);
    else after.add(path);
  }
  return (path) => after.has(path);
}

function sorted(found: readonly (FileChange | Problem | undefined)[]): { changes: FileChange[]; problems: Problem[] } {
  const changes: FileChange[] = [];
  const problems: Problem[] = [];
  for (const one of found) {
    if (!one) continue;
    if ('reason' in one) problems.push(one);
    else changes.push(one);
  }
  return { changes, problems };
}
