/** A service account in a namespace that may do there what it is given, and nothing else. */
import { demand } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Credentials, serviceAccountKubeconfig } from './kubeconfig.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly Rule[];
}

export async function createAccount(plane: ControlPlane, { namespace, name, rules }: Account): Promise<Credentials> {
  const metadata = { name };
  await demand(plane, 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await demand(plane, 'POST', `${rbac}/roles`, { apiVersion, kind: 'Role', metadata, rules });
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  await demand(plane, 'POST', `${rbac}/rolebindings`, { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
  return serviceAccountKubeconfig(plane, namespace, name);
}
