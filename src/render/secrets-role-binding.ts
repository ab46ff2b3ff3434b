/** Binds the Role for a Process's Secrets to the sidecar's service account. */
import type { FnConfig } from '../fn-config.ts';
import { secretsRoleName } from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata, renderedFrom } from './child-metadata.ts';

export function secretsRoleBinding(process: Process, { sidecar }: FnConfig): Resource {
  const name = secretsRoleName(process.metadata.name);
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: childMetadata(process, name, renderedFrom(process)),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: sidecar.serviceAccountName, namespace: sidecar.namespace }],
  };
}
