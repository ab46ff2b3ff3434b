/** Writes the files of a pin, all of them or none. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileChange } from '../package/package.ts';
import { writeChanges } from '../package/read-package.ts';
import { type Problem, problem } from '../problem.ts';

/** Says what cannot be written, after everything is back as it was. */
export function writeAll(dir: string, changes: readonly FileChange[]): Problem[] {
  try {
    writeChanges(dir, changes);
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
    // What writeChanges leaves when it cannot finish a file.
    removeFile(`${file}.ameide-process-tmp`);
    if (before === undefined) removeFile(file);
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== before) writeChanges(dir, [{ path, text: before, before: undefined }]);
  }
}

/** A folder in a file's place was there before. */
function removeFile(file: string): void {
  if (existsSync(file) && statSync(file).isFile()) rmSync(file);
}
