/** A live Process without the API server's bookkeeping, which is most of its bytes. */
import { guardAnnotation, tool } from '../../names.ts';
import { isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';

const bookkeeping: ReadonlySet<string> = new Set(['managedFields', 'selfLink']);
/** kubectl's copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export function keepProcess({ apiVersion, kind, metadata, spec, status }: Resource): Resource {
  const kept = isObject(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !bookkeeping.has(key))) : {};
  const annotations = isObject(kept.annotations)
    ? Object.fromEntries(Object.entries(kept.annotations).filter(([key]) => key !== lastApplied))
    : undefined;
  const managedFields = guardOwners(metadata);
  const own = { ...kept, ...(annotations && { annotations }), ...(managedFields.length > 0 && { managedFields }) };
  return { apiVersion, kind, metadata: own, spec, ...(status !== undefined && { status }) };
}

/** Of the managers of fields only those that have an annotation of the guard, with that alone: usually none. */
function guardOwners(metadata: unknown): Resource[] {
  return objectsAt({ metadata }, 'metadata', 'managedFields').flatMap(({ manager, operation, fieldsV1 }) => {
    const owned = valueAt(fieldsV1, 'f:metadata', 'f:annotations');
    const keys = Object.values(guardAnnotation).filter((key) => isObject(owned) && owned[`f:${key}`] !== undefined);
    if (keys.length === 0 || manager === tool) return [];
    const annotations = Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
    return [{ manager, operation, fieldsV1: { 'f:metadata': { 'f:annotations': annotations } } }];
  });
}
