/** Reads a folder for verification: its files, which of them kustomizations take as patches or build upon, and what those build. */
import { entriesOf, type Kustomization, patchPathsOf, pathOfEntry } from '../overlay/kustomization.ts';
import { readKustomizations } from '../overlay/reach.ts';
import { readPackage } from '../package/read-package.ts';
import { type Problem, problem } from '../problem.ts';
import { missingEntries, readBuilds, takenKeys } from './read-builds.ts';
import type { Repository } from './repository.ts';

export function readRepository(dir: string): { repository: Repository } | { problems: readonly Problem[] } {
  const read = readPackage(dir);
  if ('problems' in read) return read;
  const { kustomizations, problems } = readKustomizations(dir);
  if (problems.length > 0) return { problems };
  return {
    repository: {
      dir,
      pkg: read.pkg,
      patches: patchPathsOf(kustomizations),
      bases: new Set(filesOfBases(kustomizations)),
      builds: readBuilds(dir, kustomizations),
      missing: kustomizations.flatMap((one) => missingEntries(dir, one).map((entry) => notThere(one, entry))),
    },
  };
}

function notThere({ path }: Kustomization, entry: string): Problem {
  return problem('PackageInvalid', `lists "${entry}", which is not there; remove the entry or restore the file`, { file: { path } });
}

/** The files of every kustomization that another one of the folder takes. */
function filesOfBases(kustomizations: readonly Kustomization[]): string[] {
  const entries = (one: Kustomization) => takenKeys.flatMap((key) => entriesOf(one, key)).map((entry) => pathOfEntry(one, entry));
  const bases = new Set(kustomizations.flatMap(entries).map((path) => path.replace(/^\.?\/*|\/+$/g, '')));
  return kustomizations.filter(({ folder }) => bases.has(folder.replace(/\/$/, ''))).flatMap(entries);
}
