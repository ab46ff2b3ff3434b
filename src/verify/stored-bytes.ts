/** Whether a ConfigMap with a definition holds the bytes that its annotation claims. Pure. */
import { checksumOf } from '../definition/check.ts';
import { annotation, definition } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { annotationOf, type Resource, referTo, valueAt } from '../resource.ts';

/** Undefined: it holds them, or is no definition. */
export function mismatchOf(configMap: Resource): Problem | undefined {
  const claimed = configMap.kind === 'ConfigMap' ? annotationOf(configMap, annotation.definitionChecksum) : undefined;
  if (claimed === undefined) return;
  const text = valueAt(configMap, 'data', definition.key);
  const found = typeof text === 'string' ? checksumOf(text) : `no ${definition.key}`;
  if (found === claimed) return;
  const field = { path: `data[${definition.key}]`, currentValue: found, proposedValue: claimed };
  return problem('ChecksumMismatch', `should hold ${claimed} but holds ${found}; restore it from Git, or run \`ameide-process pin DIR\``, {
    resource: referTo(configMap),
    field,
  });
}
