/** What of a folder only kustomize renders: what a build lacks, and the commands that verify what it builds. Pure. */
import { posix } from 'node:path';
import { type Problem, problem } from '../problem.ts';
import { referTo } from '../resource.ts';
import type { Outcome } from './outcome.ts';
import type { Build, Unpinned } from './read-builds.ts';

/** The command that verifies what the kustomization in `folder` of `dir` builds, as it can be typed. */
export function buildCommand(dir: string, folder: string): string {
  return `kustomize build --enable-alpha-plugins --enable-exec ${folderIn(dir, folder)} | ameide-process verify --rendered -`;
}

/** The folder as a person names it from where `dir` was given. */
export function folderIn(dir: string, folder: string): string {
  return posix.join(dir, folder).replace(/(?<=.)\/+$/, '');
}

/** Overlays that nobody has pinned yet: one finding each, shown with every Process that it leaves without a pin. */
export function checkUnpinned(builds: readonly Build[], dir: string): Outcome[] {
  const unpinned = new Map(builds.flatMap((build) => build.unpinned).map((one) => [one.path, one]));
  return [...unpinned.values()].flatMap((one) =>
    one.processes.map((process) => ({
      check: 'pinned',
      process: referTo(process),
      file: one.path,
      problems: [noPin(one, dir)],
    })),
  );
}

function noPin({ path, folder, isOverlay }: Unpinned, dir: string): Problem {
  const what = isOverlay ? 'this overlay has no pin yet' : 'it builds a Process that has no pin, here or where it comes from';
  return problem('PinMissing', `${what}; run \`ameide-process pin ${folderIn(dir, folder)}\` and commit`, { file: { path } });
}

/** One remark for each build that renders something: `unrendered` are the files with Processes of which no render is in Git. */
export function leftToBuilds(builds: readonly Build[], unrendered: ReadonlySet<string>, dir: string): Problem[] {
  const left = builds.filter(
    ({ files, hasPinPatch }) => hasPinPatch || [...files].some((file) => unrendered.has(file) || file.startsWith('../')),
  );
  return left.map(({ folder }) => {
    const message = `has workers only once it is built, which is not verified here; verify it with \`${buildCommand(dir, folder)}\``;
    return { ...problem('NotRendered', message, { file: { path: folder === '' ? '.' : folder.replace(/\/$/, '') } }), severity: 'info' };
  });
}
