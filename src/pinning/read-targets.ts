/** The Processes of a folder or overlay as targets: what `pin` and `outdated` both begin with. */
import { buildOverlay } from '../overlay/build.ts';
import { type Kustomization, patchPathsOf } from '../overlay/kustomization.ts';
import { findKustomize } from '../overlay/kustomize.ts';
import { orphanedPatches } from '../overlay/orphans.ts';
import { overlayProcesses } from '../overlay/overlay-targets.ts';
import { isOverlay, readKustomizations } from '../overlay/reach.ts';
import { inFolder } from '../package/in-folder.ts';
import type { Package } from '../package/package.ts';
import { type ConfigRead, readFnConfigs } from '../package/read-fn-config.ts';
import { readPackage } from '../package/read-package.ts';
import { type Problem, problem } from '../problem.ts';
import { nameOf } from '../resource.ts';
import { folderTargets, isNamed, processesIn, selectNamed } from './folder-targets.ts';
import type { Target } from './target.ts';

/** A folder as it was read. */
interface Folder {
  readonly dir: string;
  readonly pkg: Package;
  readonly kustomizations: readonly Kustomization[];
  /** Items that are Processes; patches are none. */
  readonly processes: readonly number[];
}

export interface TargetsRead extends Folder {
  readonly targets: readonly Target[];
  /** Names of all the Processes that are there, selected or not. */
  readonly known: readonly string[];
  /** Whether the folder itself is an overlay. */
  readonly isOverlay: boolean;
  /** Overlays below the folder: each is pinned by itself. */
  readonly overlays: readonly string[];
  /** The configuration for each target, by the target's path. */
  readonly configs: ReadonlyMap<string, ConfigRead>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads everything and writes nothing. `fnConfig` is a file; `env` tells where kustomize is. The findings name files as seen from outside. */
export async function readTargets(
  dir: string,
  names: readonly string[],
  { fnConfig, env }: { readonly fnConfig?: string | undefined; readonly env: Env },
): Promise<TargetsRead | { problems: readonly Problem[] }> {
  const folder = readFolder(dir);
  if ('problems' in folder) return { problems: inFolder(dir, folder.problems) };
  const below = folder.kustomizations.filter((one) => one.folder !== '').map((one) => one.folder);
  const overlays = below.filter((one) => isOverlay(`${dir}/${one}`));
  const isItself = folder.kustomizations.some((one) => one.folder === '') && isOverlay(dir);
  const selected = isItself ? await selectInOverlay(folder, names, env) : selectInFolder(folder, names);
  if ('problems' in selected) return { problems: inFolder(dir, selected.problems) };
  const refusal = refuse({ ...selected, overlays });
  if (refusal) return { problems: inFolder(dir, [refusal]) };
  const { targets, problems } = selected.read();
  if (problems.length > 0) return { problems: inFolder(dir, problems) };
  const paths = targets.map(({ path }) => path);
  const found = readFnConfigs({ file: fnConfig, dir, items: folder.pkg.items, overlays }, paths, false);
  if ('problems' in found) return found;
  return { ...folder, targets, known: selected.known, isOverlay: isItself, overlays, configs: found.configs };
}

function readFolder(dir: string): Folder | { problems: readonly Problem[] } {
  const read = readPackage(dir);
  if ('problems' in read) return read;
  const { kustomizations, problems } = readKustomizations(dir);
  if (problems.length > 0) return { problems };
  return { dir, pkg: read.pkg, kustomizations, processes: processesIn(read.pkg.items, patchPathsOf(kustomizations)) };
}

/** What is there, which names are not, and the reading of what was selected. */
interface Selection {
  readonly known: readonly string[];
  readonly unknown: readonly string[];
  read(): { targets: readonly Target[]; problems: readonly Problem[] };
}

function selectInFolder({ pkg, processes }: Folder, names: readonly string[]): Selection {
  const { selected, unknown } = selectNamed(pkg.items, processes, names);
  const known = processes.map((index) => nameOf(pkg.items[index]!));
  return { known, unknown, read: () => folderTargets(pkg, selected) };
}

async function selectInOverlay(folder: Folder, names: readonly string[], env: Env): Promise<Selection | { problems: readonly Problem[] }> {
  const kustomization = folder.kustomizations.find((one) => one.folder === '')!;
  const kustomize = findKustomize(env);
  if ('reason' in kustomize) return { problems: [{ file: { path: '.' }, ...kustomize }] };
  const build = await buildOverlay(kustomize, folder.dir, kustomization);
  if ('problem' in build) {
    const orphans = orphanedPatches(folder.pkg, kustomization, build.taken);
    return { problems: orphans.length > 0 ? orphans : [build.problem] };
  }
  const all = overlayProcesses({ ...folder, kustomization, build });
  const matches = (one: (typeof all)[number], wanted: string) =>
    isNamed(one.name, one.namespace, wanted) || one.otherNames.includes(wanted);
  const selected = names.length === 0 ? all : all.filter((one) => names.some((wanted) => matches(one, wanted)));
  return {
    known: all.map(({ name }) => name),
    unknown: names.filter((wanted) => !all.some((one) => matches(one, wanted))),
    read() {
      const read = selected.map((one) => one.read());
      return {
        targets: read.flatMap((one) => ('target' in one ? [one.target] : [])),
        problems: read.flatMap((one) => ('problems' in one ? one.problems : [])),
      };
    },
  };
}

/** Nothing to work on, or not what was named. */
function refuse({
  unknown,
  known,
  overlays,
}: {
  unknown: readonly string[];
  known: readonly string[];
  overlays: readonly string[];
}): Problem | undefined {
  if (known.length === 0) {
    const other = overlays.length > 0 ? `; overlays below it are worked on one by one: ${overlays.join(', ')}` : '';
    return problem('PackageInvalid', `holds no Process; name a folder that does${other}`, { file: { path: '.' } });
  }
  if (unknown.length === 0) return;
  const message = `holds no Process ${unknown.map((name) => `"${name}"`).join(', ')}; it holds: ${known.join(', ')}`;
  return problem('PackageInvalid', message, { file: { path: '.' } });
}
