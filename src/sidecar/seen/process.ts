/** A live Process without the API server's bookkeeping, which is most of its bytes. */
import { isObject, type Resource } from '../../resource.ts';

const bookkeeping: ReadonlySet<string> = new Set(['managedFields', 'selfLink']);
/** kubectl's copy of the whole object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export function keepProcess({ apiVersion, kind, metadata, spec, status }: Resource): Resource {
  const kept = isObject(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !bookkeeping.has(key))) : {};
  const annotations = isObject(kept.annotations)
    ? Object.fromEntries(Object.entries(kept.annotations).filter(([key]) => key !== lastApplied))
    : undefined;
  return { apiVersion, kind, metadata: { ...kept, ...(annotations && { annotations }) }, spec, ...(status !== undefined && { status }) };
}
