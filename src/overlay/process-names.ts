/** The names of the Processes in a file, before any prefix: what people write in patches. */
import { readFileSync } from 'node:fs';
import { parseDocuments } from '../package/documents.ts';
import { isProcessKind } from '../render/located.ts';
import { nameOf } from '../resource.ts';

/** None where the file is not at hand, or holds several, of which it would have to be guessed. */
export function processNamesIn(file: string | undefined): string[] {
  if (file === undefined) return [];
  const parsed = parseDocuments(readFileSync(file, 'utf8'));
  if ('problem' in parsed) return [];
  const names = parsed.documents.flatMap(({ resource }) => (resource && isProcessKind(resource) ? [nameOf(resource)] : []));
  return names.length === 1 ? names : [];
}
