/** Writes the status of a Process by server-side apply: only what its writer owns, and only on what was seen. */
import { processApiVersion, processKind, tool } from '../names.ts';
import type { ProcessStatus } from '../process.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { isFailure } from './failure.ts';

/** What came of a write: the Process as the API server answered it, or nothing was written. */
export type Written = { readonly process: Resource } | { readonly superseded: true };

/**
 * `manager`: whose fields these are; what it owned and leaves out is gone. `superseded`: it is deleted, another one has its name now, or it has changed since it was seen, which the watch tells or has told. It is
 * the resource version that ensures this: in an apply to a status the API server heeds no uid. Throws a KubeFailure for everything else.
 */
export async function applyStatus(kube: Kube, process: Resource, status: ProcessStatus, manager: string = tool): Promise<Written> {
  const [name, namespace, resourceVersion] = [nameOf(process), namespaceOf(process), valueAt(process, 'metadata', 'resourceVersion')];
  const body = { apiVersion: processApiVersion, kind: processKind, metadata: { name, namespace, resourceVersion }, status };
  const path = `/apis/${processApiVersion}/namespaces/${namespace}/processes/${name}/status?fieldManager=${manager}&force=true`;
  try {
    // JSON is YAML.
    return { process: await kube.request({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' }) };
  } catch (error) {
    if (isFailure(error, 'NotFound') || isFailure(error, 'Conflict')) return { superseded: true };
    throw error;
  }
}
