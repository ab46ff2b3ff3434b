/** A stream of manifests as objects: documents, and the items of lists among them (`kpt fn` gives a ResourceList, `kubectl get` a List). Pure. */
import { isUtf8 } from 'node:buffer';
import { parseDocuments } from '../package/documents.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject, type Resource } from '../resource.ts';

export function parseStream(bytes: Uint8Array): { items: Resource[] } | { problem: Problem } {
  if (!isUtf8(bytes)) return { problem: problem('YamlInvalid', 'is not UTF-8') };
  const parsed = parseDocuments(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if ('problem' in parsed) return parsed;
  const items = parsed.documents.flatMap(({ resource }) => (resource ? unfold(resource) : []));
  if (items.length > 0) return { items };
  // The command in front of the pipe failed, most likely: an empty stream must not pass.
  return { problem: problem('PackageInvalid', 'holds no objects at all; did the command that should write it fail?') };
}

function unfold(resource: Resource): Resource[] {
  const isList = typeof resource.kind === 'string' && resource.kind.endsWith('List') && Array.isArray(resource.items);
  return isList ? (resource.items as unknown[]).filter(isObject) : [resource];
}
