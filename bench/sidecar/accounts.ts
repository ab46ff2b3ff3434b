/** Who is who at the API server: the sidecar and the floor have service accounts of their own, by which their requests are counted. */

import type { KubeObject } from '../../test/testbed/api.ts';
import { demand } from '../../test/testbed/api.ts';
import type { ControlPlane } from '../../test/testbed/control-plane.ts';
import { resourcePath } from '../../test/testbed/discovery.ts';
import type { Credentials } from '../../test/testbed/kubeconfig.ts';
import { serviceAccountKubeconfig } from '../../test/testbed/kubeconfig.ts';

export const home = 'ameide-system';

export const userOf = (name: string) => `system:serviceaccount:${home}:${name}`;

const hours = 3600;

/** An account that may do everything: what it may not is tested elsewhere, and what RBAC costs is the same. */
export async function openAccount(plane: ControlPlane, name: string): Promise<Credentials> {
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `bench-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace: home }],
  };
  await create(plane, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: home } });
  await create(plane, binding);
  return serviceAccountKubeconfig(plane, home, name, { seconds: 8 * hours });
}

async function create(plane: ControlPlane, object: KubeObject): Promise<void> {
  const path = await resourcePath(plane, object);
  await demand(plane, 'POST', String(path), object);
}
