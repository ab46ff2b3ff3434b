/** Reads the definitions that are mounted into the pod. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Definition } from './definition.ts';

/** What was read stays as it is, for ever: it is known by its checksum. A file that is absent is looked for again. */
const known = new Map<string, Definition>();

/** Throws when the file is not there, or holds other bytes than those of the checksum. */
export async function readDefinition(folder: string, checksum: string): Promise<Definition> {
  const found = known.get(checksum);
  if (found) return found;
  const file = join(folder, checksum.replace('sha256:', ''), 'definition.json');
  const bytes = await readFile(file);
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual !== checksum) throw new Error(`${file} holds ${actual}, not the definition of its name`);
  const definition = JSON.parse(bytes.toString()) as Definition;
  known.set(checksum, definition);
  return definition;
}
