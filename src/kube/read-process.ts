/** One live Process by its name, and what a verb says when it cannot be had. */
import { processApiVersion, processKind } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import type { Resource } from '../resource.ts';
import type { Kube } from './connect.ts';
import { isFailure, type KubeFailure } from './failure.ts';

export interface ProcessName {
  readonly namespace: string;
  readonly name: string;
}

/** Throws a KubeFailure for everything but that it is not there. */
export async function readProcess(kube: Pick<Kube, 'request'>, { namespace, name }: ProcessName): Promise<Resource | Problem> {
  try {
    return await kube.request({ method: 'GET', path: `${processesPath(namespace)}/${encodeURIComponent(name)}` });
  } catch (error) {
    if (!isFailure(error, 'NotFound')) throw error;
    const resource = { apiVersion: processApiVersion, kind: processKind, name, namespace };
    return problem('ProcessNotFound', 'there is no such Process; name its namespace with -n', { resource });
  }
}

export function processesPath(namespace: string): string {
  return `/apis/${processApiVersion}/namespaces/${encodeURIComponent(namespace)}/processes`;
}

export function isProblem(found: Resource | Problem): found is Problem {
  return 'reason' in found;
}

/** A failure of the API server as a finding. */
export function clusterProblem({ kind, message }: KubeFailure): Problem {
  if (kind === 'Forbidden') return problem('ClusterForbidden', `${message}; have it granted, or use other credentials`);
  return problem('ClusterUnreachable', `${message}; check the address in the kubeconfig, and the network`);
}
