/** Which cluster a verb looks at, with whose rights, and where in it. */
import { connectKube, type Kube } from '../kube/connect.ts';
import type { Asked, Scope } from '../live/scope.ts';
import { type Problem, problem } from '../problem.ts';

export interface ClusterAccess {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Nothing is asked yet. */
export async function openKube({ kubeconfig, context }: ClusterAccess): Promise<Kube | { readonly problem: Problem }> {
  try {
    return await connectKube({ kubeconfig, context });
  } catch (error) {
    const { message } = error as Error;
    return {
      problem: problem('ClusterUnusable', `the Kubernetes configuration cannot be used: ${message}`),
    };
  }
}

/** `names`: NAME or NAMESPACE/NAME; none: all Processes. `own`: the namespace where none is named. */
export function scopeOf(names: readonly string[], { namespace, allNamespaces }: ClusterAccess, own: string): Scope {
  const within = allNamespaces ? undefined : (namespace ?? own);
  const asked = names.map((given): Asked => {
    const slash = given.indexOf('/');
    if (slash >= 0) return { namespace: given.slice(0, slash), name: given.slice(slash + 1) };
    return { name: given, ...(within !== undefined && { namespace: within }) };
  });
  if (within === undefined) return { namespaces: undefined, asked };
  const namespaces = asked.length === 0 ? [within] : [...new Set(asked.map((one) => one.namespace ?? within))];
  return { namespaces, asked };
}
