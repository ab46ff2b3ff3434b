/** Patches in an overlay of Processes that no base has any more: kustomize builds nothing then, and does not say what to do. */
import type { Package } from '../package/package.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind, placeOf } from '../render/located.ts';
import { nameOf, referTo } from '../resource.ts';
import type { Built } from './build.ts';
import { type Kustomization, lists, patchFilesOf, pathOfEntry } from './kustomization.ts';
import { processNamesIn } from './process-names.ts';

/** A finding for each such patch; none where it is not known what the overlay takes in. */
export function orphanedPatches(pkg: Package, kustomization: Kustomization, taken: readonly Built[] | undefined): Problem[] {
  if (!taken) return [];
  const known = new Set(taken.flatMap(({ resource, file }) => [nameOf(resource), ...processNamesIn(file)]));
  return patchFilesOf(kustomization).flatMap((listed) => {
    const path = pathOfEntry(kustomization, listed.path);
    const patches = pkg.items.filter((item) => isProcessKind(item) && placeOf(item)?.path === path);
    const orphans = patches.filter((item) => listed.target === undefined && !known.has(nameOf(item)));
    return orphans.map((item) =>
      problem('PackageInvalid', nextStep(pkg, kustomization, path), { resource: referTo(item), file: { path } }),
    );
  });
}

function nextStep(pkg: Package, kustomization: Kustomization, path: string): string {
  const generated = path.replace(/\.pin\.ya?ml$/, '.generated.yaml');
  const isThere = generated !== path && (pkg.files.some((file) => file.path === generated) || lists(kustomization, 'resources', generated));
  const files = isThere ? `${path} and ${generated}` : path;
  return `it patches a Process that no base of this overlay has; remove ${files} and the entries of them in ${kustomization.path}`;
}
