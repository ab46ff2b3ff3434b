/** How findings about a folder read to a person who stands outside it. */
import { join } from 'node:path';
import type { Problem } from '../problem.ts';

/** Findings about a folder as a person at its outside reads them: with its path before the files', and in the commands that name `DIR`. */
export function inFolder(dir: string, findings: readonly Problem[]): Problem[] {
  const folder = dir.replace(/(?<=.)\/+$/, '');
  return findings.map((found) => ({
    ...found,
    message: found.message.replace(/(ameide-process (?:pin|render|verify)) DIR\b/g, `$1 ${folder}`),
    ...(found.file && { file: { ...found.file, path: join(folder, found.file.path) } }),
  }));
}
