/** After an overlay's files were written: kustomize must build what was meant, or they go back to what they were. */

import process from 'node:process';
import { inFolder } from '../package/in-folder.ts';
import type { FileChange } from '../package/package.ts';
import { takeBack, writeFiles } from '../package/write-files.ts';
import { type Problem, problem } from '../problem.ts';
import type { Process } from '../process.ts';
import { isSame } from '../resource.ts';
import { readTargets } from './read-targets.ts';
import { about, type Decided } from './target.ts';

/** Why nothing was written, said of the files as seen from outside `dir`. */
export function unwritable(dir: string, problems: readonly Problem[]): Problem[] {
  return inFolder(
    dir,
    problems.map((found) => (found.file?.path === dir ? { ...found, file: { path: '.' } } : found)),
  );
}

/** Writes, builds, compares; undoes everything and says why where the pins do not come out. */
export async function writeConfirmed(
  dir: string,
  changes: readonly FileChange[],
  decided: readonly Decided[],
  at: { readonly fnConfig?: string | undefined; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<readonly Problem[]> {
  const unwritten = writeFiles(dir, changes);
  if (unwritten.length > 0) return unwritable(dir, unwritten);
  const problems = await unlessInterrupted(
    () => compare(dir, decided, at),
    () => takeBack(dir, changes),
  );
  if (problems.length > 0) takeBack(dir, changes);
  return problems;
}

/** Runs `undo` where the build fails or somebody ends the program meanwhile: what is not confirmed does not stay. */
async function unlessInterrupted<T>(run: () => Promise<T>, undo: () => void): Promise<T> {
  const stop = (signal: NodeJS.Signals) => {
    undo();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await run();
  } catch (error) {
    undo();
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function compare(dir: string, decided: readonly Decided[], at: Parameters<typeof readTargets>[2]): Promise<readonly Problem[]> {
  const names = decided.map(({ target: { process } }) => nameAsBuilt(process.metadata));
  const built = await readTargets(dir, names, at);
  if ('problems' in built) return built.problems;
  const lost = decided.flatMap((one) => {
    const { process } = one.target;
    const now = built.targets.find(({ process: { metadata } }) =>
      isSame([metadata.name, metadata.namespace], [process.metadata.name, process.metadata.namespace]),
    );
    const ref = now?.process.spec.definitionRef;
    const isCanaryAsMeant = isSame(now?.process.spec.rollout?.canary?.pin, one.next.canary);
    if (ref && isWanted(ref) && isSame(ref.pin, one.next.pin) && isSame(ref.retained ?? [], one.next.retained) && isCanaryAsMeant)
      return [];
    const message = `the pin in ${one.target.patch ?? one.target.path} does not come out of the build: another patch sets spec.definitionRef after it; remove the pin there, or list it earlier`;
    return [about(one.target, problem('NotEditable', message, { field: { path: 'spec.definitionRef.pin' } }))];
  });
  return inFolder(dir, lost);
}

function isWanted({ version, pin }: Process['spec']['definitionRef']): boolean {
  return version === undefined || version === pin?.version;
}

function nameAsBuilt({ name, namespace }: { readonly name: string; readonly namespace?: string }): string {
  return namespace ? `${namespace}/${name}` : name;
}
