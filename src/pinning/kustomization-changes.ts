/** Keeps kustomizations in step with the files that pinning makes and removes. */
import { type Kustomization, listIn, lists } from '../overlay/kustomization.ts';
import type { FileChange, Package } from '../package/package.ts';
import type { Problem } from '../problem.ts';
import type { Target } from './target.ts';

/** Where a kustomization lists a Process's file, its definitions are listed too, as long as they are there; an overlay lists its patches. */
export function kustomizationChanges(
  kustomizations: readonly Kustomization[],
  targets: readonly Target[],
  { pkg, changes }: { pkg: Package; changes: readonly FileChange[] },
): { changes: FileChange[]; problems: Problem[] } {
  const exists = existsAfter(pkg, changes);
  const found = kustomizations.map((kustomization) => {
    const isHome = kustomization.folder === '';
    const generated = targets
      .filter(({ path, patch }) => (patch === undefined ? lists(kustomization, 'resources', path) : isHome))
      .map(({ generatedPath }) => generatedPath)
      .filter((path, at, all) => all.indexOf(path) === at);
    return listIn(kustomization, {
      resources: generated.filter(exists),
      patches: isHome ? targets.flatMap(({ patch }) => patch ?? []) : [],
      gone: generated.filter((path) => !exists(path)),
    });
  });
  return sorted(found);
}

/** Whether a file of the package is there after the changes. */
export function existsAfter({ files }: Package, changes: readonly FileChange[]): (path: string) => boolean {
  const after = new Set(files.map(({ path }) => path));
  for (const { path, text } of changes) {
    if (text === undefined) after.delete(path);
    else after.add(path);
  }
  return (path) => after.has(path);
}

export function sorted(found: readonly (FileChange | Problem | undefined)[]): { changes: FileChange[]; problems: Problem[] } {
  const changes: FileChange[] = [];
  const problems: Problem[] = [];
  for (const one of found) {
    if (!one) continue;
    if ('reason' in one) problems.push(one);
    else changes.push(one);
  }
  return { changes, problems };
}
