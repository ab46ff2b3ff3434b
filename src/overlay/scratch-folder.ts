/** A folder for the time of one task, gone afterwards, also when the program is ended meanwhile. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export async function withScratchFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ameide-process-')));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', cleanUp);
  try {
    return await run(folder);
  } finally {
    process.off('exit', cleanUp);
    cleanUp();
  }
}
