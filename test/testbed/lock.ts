/** A lock between processes, so that a part is built once; correctness does not hang on it, only minutes of work. */

import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** A holder touches its lock this often; one that was not touched for several beats is dead, whatever now has its pid. */
const beatMs = 5_000;

/** Runs `work` while no other process holds `file`. Says on stderr whom it waits for; breaks the lock of a process that is gone. */
export async function withLock<T>(file: string, title: string, work: () => Promise<T>): Promise<T> {
  let told = false;
  while (!take(file)) {
    const holder = read(file);
    if (holder && isStale(file, holder)) breakLock(file, holder);
    else if (holder) {
      if (!told) process.stderr.write(`${title}: waiting for process ${holder}, which is building it\n`);
      told = true;
      await delay(200);
    }
  }
  const beat = setInterval(() => touch(file), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(file, { force: true });
  }
}

/** The pid is in the file before the file has its name, so that no reader sees an empty lock. */
function take(file: string): boolean {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isStale(file: string, holder: string): boolean {
  try {
    if (Date.now() - statSync(file).mtimeMs > 6 * beatMs) return true;
    process.kill(Number(holder), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Of several waiters only one wins the rename; if by then the lock had a new holder, the worst is one build too many. */
function breakLock(file: string, holder: string): void {
  const broken = `${file}.${process.pid}.broken`;
  try {
    renameSync(file, broken);
    if (read(broken) !== holder) linkSync(broken, file);
  } catch {
    // Another waiter was quicker.
  }
  rmSync(broken, { force: true });
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Broken by somebody who took us for dead: finish the work all the same.
  }
}
