/** Writes changes of files: each file whole, and all of them or none. */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type Problem, problem } from '../problem.ts';
import type { FileChange } from './package.ts';

/** In the folder of the file that it becomes; hidden, so that no reader takes it for a manifest. */
const temporaryName = `.ameide-process-${process.pid}.tmp`;

/** Says what cannot be written, after everything is back as it was. */
export function writeFiles(dir: string, changes: readonly FileChange[]): Problem[] {
  const taken = changes.filter(({ path, before }) => before === undefined && existsSync(join(dir, path)));
  if (taken.length > 0) {
    return taken.map(({ path }) =>
      problem('NameConflict', 'the tool needs a file of this name, but there is one that it cannot read; rename or mend that file', {
        file: { path },
      }),
    );
  }
  try {
    for (const change of changes) writeFile(dir, change);
    return [];
  } catch (error) {
    takeBack(dir, changes);
    return [problem('PackageInvalid', `cannot be written: ${(error as Error).message}`, { file: { path: dir } })];
  }
}

/** Makes the files what they were before the changes; those that never changed are left alone. */
export function takeBack(dir: string, changes: readonly FileChange[]): void {
  for (const { path, before } of changes) {
    const file = join(dir, path);
    removeFile(join(dirname(file), temporaryName));
    if (before === undefined) removeFile(file);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== before) writeFile(dir, { path, text: before });
  }
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
  writeFileSync(temporary, text, existsSync(target) ? { mode: statSync(target).mode } : {});
  renameSync(temporary, target);
}

/** A folder in a file's place was there before. */
function removeFile(file: string): void {
  if (existsSync(file) && statSync(file).isFile()) rmSync(file);
}
