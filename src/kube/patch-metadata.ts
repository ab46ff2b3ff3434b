/** Changes finalizers and annotations of a Process: exactly the object that was seen, as it was seen, and never one that is absent. */
import { processApiVersion, tool } from '../names.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { Written } from './apply-status.ts';
import type { Kube } from './connect.ts';
import { isFailure } from './failure.ts';

export interface MetadataChange {
  /** All of them, in place of those that are there. */
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * A merge patch: an apply would create a Process that is gone. `superseded`: it is gone, another one has its name now, or it has changed
 * since it was seen. Throws a KubeFailure for everything else.
 */
export async function patchMetadata(kube: Kube, process: Resource, change: MetadataChange): Promise<Written> {
  const [uid, resourceVersion] = [valueAt(process, 'metadata', 'uid'), valueAt(process, 'metadata', 'resourceVersion')];
  const path = `/apis/${processApiVersion}/namespaces/${namespaceOf(process)}/processes/${nameOf(process)}?fieldManager=${tool}`;
  const body = { metadata: { uid, resourceVersion, ...change } };
  try {
    return { process: await kube.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' }) };
  } catch (error) {
    if (isFailure(error, 'NotFound') || isFailure(error, 'Conflict')) return { superseded: true };
    throw error;
  }
}
