/** The bytes of definitions that a package carries, by their checksum: whoever they are said to be for, they are the right ones. */
import { checksumOf } from '../definition/check.ts';
import { annotation, definition } from '../names.ts';
import { annotationOf, isObject, type Resource } from '../resource.ts';

/** The text with this checksum, verified; undefined when no definition has it. */
export type DefinitionBytes = (checksum: string) => string | undefined;

export function definitionBytes(items: readonly Resource[]): DefinitionBytes {
  const found = new Map<string, string>();
  for (const item of items) {
    if (item.kind !== 'ConfigMap' || annotationOf(item, annotation.definitionChecksum) === undefined) continue;
    const text = isObject(item.data) ? item.data[definition.key] : undefined;
    if (typeof text === 'string') found.set(checksumOf(text), text);
  }
  return (checksum) => found.get(checksum);
}
