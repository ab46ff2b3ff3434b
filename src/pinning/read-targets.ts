/** The Processes of a folder or overlay as targets: what `pin` and `outdated` both begin with. */
import type { FnConfig } from '../fn-config.ts';
import { type Kustomization, patchFilesOf, pathOfEntry } from '../overlay/kustomization.ts';
import { isOverlay, readKustomizations } from '../overlay/reach.ts';
import type { Package } from '../package/package.ts';
import { readPackage } from '../package/read-package.ts';
import { type Problem, problem } from '../problem.ts';
import { nameOf } from '../resource.ts';
import { readFnConfig } from '../verbs/read-fn-config.ts';
import { folderTargets, processesIn, selectNamed } from './folder-targets.ts';
import type { Target } from './target.ts';

export interface TargetsRead {
  readonly pkg: Package;
  readonly kustomizations: readonly Kustomization[];
  readonly targets: readonly Target[];
  /** Names of all the Processes that are there, selected or not. */
  readonly known: readonly string[];
  /** Whether the folder itself is one. */
  readonly isOverlay: boolean;
  /** Overlays below the folder: each is pinned by itself. */
  readonly overlays: readonly string[];
  readonly config: FnConfig;
  /** What files in the configuration are relative to. */
  readonly baseDir: string;
}

/** Reads everything and writes nothing. */
export async function readTargets(
  dir: string,
  names: readonly string[],
  fnConfig: string | undefined,
): Promise<TargetsRead | { problems: readonly Problem[] }> {
  const read = readPackage(dir);
  if ('problems' in read) return read;
  const { pkg } = read;
  const { kustomizations, problems } = readKustomizations(dir);
  if (problems.length > 0) return { problems };
  const found = readFnConfig({ file: fnConfig, dir, items: pkg.items }, false);
  if ('problems' in found) return found;

  const patches = new Set(kustomizations.flatMap((one) => patchFilesOf(one).map(({ path }) => pathOfEntry(one, path))));
  const indices = processesIn(pkg.items, patches);
  const { selected, unknown } = selectNamed(pkg.items, indices, names);
  const known = indices.map((index) => nameOf(pkg.items[index]!));
  const overlays = kustomizations.filter(({ folder }) => folder !== '' && isOverlay(`${dir}/${folder}`)).map(({ folder }) => folder);
  const refusal = refuse(dir, { unknown, known, overlays });
  if (refusal) return { problems: [refusal] };
  const { targets, problems: refused } = folderTargets(pkg, selected);
  if (refused.length > 0) return { problems: refused };
  return { pkg, kustomizations, targets, known, isOverlay: false, overlays, config: found.config, baseDir: found.baseDir };
}

/** Nothing to work on, or not what was named. */
export function refuse(
  dir: string,
  { unknown, known, overlays }: { unknown: readonly string[]; known: readonly string[]; overlays: readonly string[] },
): Problem | undefined {
  if (known.length === 0) {
    const other = overlays.length > 0 ? `; overlays below it are worked on one by one: ${overlays.join(', ')}` : '';
    return problem('PackageInvalid', `holds no Process; name a folder that does${other}`, { file: { path: dir } });
  }
  if (unknown.length === 0) return;
  const message = `holds no Process ${unknown.map((name) => `"${name}"`).join(', ')}; it holds: ${known.join(', ')}`;
  return problem('PackageInvalid', message, { file: { path: dir } });
}
