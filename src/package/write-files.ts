/** Writes changes of files: each file whole, and all of them or none. Nothing that somebody else wrote meanwhile is overwritten. */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type Problem, problem } from '../problem.ts';
import type { FileChange } from './package.ts';

/** In the folder of the file that it becomes; hidden, so that no reader takes it for a manifest. */
const temporaryName = `.ameide-process-${process.pid}.tmp`;

/** Says what cannot be written, after everything is back as it was. */
export function writeFiles(dir: string, changes: readonly FileChange[]): Problem[] {
  const refused = changes.flatMap((change) => refuse(dir, change));
  if (refused.length > 0) return refused;
  const written: FileChange[] = [];
  return uninterrupted(() => {
    try {
      // What is new first: it holds the bytes of definitions, without which a pin is worth nothing.
      for (const change of [...changes].sort((a, b) => Number(b.before === undefined) - Number(a.before === undefined))) {
        writeFile(dir, change);
        written.push(change);
      }
      return [];
    } catch (error) {
      takeBack(dir, written);
      return [problem('PackageInvalid', `cannot be written: ${(error as Error).message}`, { file: { path: dir } })];
    }
  });
}

/** Makes the files what they were before the changes; one that was changed again since is left alone. */
export function takeBack(dir: string, changes: readonly FileChange[]): void {
  uninterrupted(() => {
    for (const { path, before, text } of changes) {
      if (contentOf(join(dir, path)) === text) writeFile(dir, { path, text: before });
    }
  });
}

/** The files are read some time before they are written: a look-up may take long. */
function refuse(dir: string, { path, before }: FileChange): Problem[] {
  const file = { file: { path } };
  if (contentOf(join(dir, path)) === before) return [];
  if (before !== undefined)
    return [problem('PackageInvalid', 'the file was changed meanwhile; nothing was written, run the command again', file)];
  return [
    problem('NameConflict', 'the tool needs a file of this name, but there is one that it cannot read; rename or mend that file', file),
  ];
}

function contentOf(file: string): string | undefined {
  return existsSync(file) ? (statSync(file).isFile() ? readFileSync(file, 'utf8') : '') : undefined;
}

function writeFile(dir: string, { path, text }: Pick<FileChange, 'path' | 'text'>): void {
  const file = join(dir, path);
  if (text === undefined) {
    rmSync(file);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  // A link stays one, and a file keeps its mode.
  const target = existsSync(file) ? realpathSync(file) : file;
  const temporary = join(dirname(target), temporaryName);
  try {
    writeFileSync(temporary, text, { flag: 'wx', ...(existsSync(target) && { mode: statSync(target).mode }) });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Ctrl-C and SIGTERM wait until `run`, which is synchronous, is over; having a listener is what holds them off. */
function uninterrupted<T>(run: () => T): T {
  const hold = () => {};
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, hold);
  try {
    return run();
  } finally {
    for (const signal of signals) process.off(signal, hold);
  }
}
