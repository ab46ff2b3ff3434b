/** Which processes still run, for tests that nothing is left. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The command lines that name one of the folders (Linux; elsewhere none are seen). */
export function running(folders: readonly string[]): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(commandLine)
    .filter((line) => folders.some((folder) => line.includes(folder)));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
