/** Writes the status of a Process by server-side apply: only what the sidecar owns, and only on the very object that was seen. */
import { processApiVersion, processKind, tool } from '../names.ts';
import type { ProcessStatus } from '../process.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { isFailure } from './failure.ts';

/** `gone`: it is deleted, or another one has its name now. Throws a KubeFailure for everything else. */
export async function applyStatus(kube: Kube, process: Resource, status: ProcessStatus): Promise<{ process: Resource } | { gone: true }> {
  const [name, namespace, uid] = [nameOf(process), namespaceOf(process), valueAt(process, 'metadata', 'uid')];
  const body = { apiVersion: processApiVersion, kind: processKind, metadata: { name, namespace, uid }, status };
  const path = `/apis/${processApiVersion}/namespaces/${namespace}/processes/${name}/status?fieldManager=${tool}&force=true`;
  try {
    // JSON is YAML.
    return { process: await kube.request({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' }) };
  } catch (error) {
    if (isFailure(error, 'NotFound') || isFailure(error, 'Conflict')) return { gone: true };
    throw error;
  }
}
