/** As whom a Process's CronJobs run, and what they may do: look at Processes, write what the checks found, tell Events. */
import { schedulesAccountName } from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { childMetadata, renderedFrom } from './child-metadata.ts';

export function hasSchedules({ slaChecks = [], cleanups = [] }: Process['spec']): boolean {
  return slaChecks.length + cleanups.length > 0;
}

export function schedulesAccount(process: Process): Resource[] {
  const name = schedulesAccountName(process.metadata.name);
  const metadata = () => childMetadata(process, name, renderedFrom(process));
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const { namespace } = process.metadata;
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(), automountServiceAccountToken: false },
    { ...rbac, kind: 'Role', metadata: metadata(), rules: schedulesRules(process) },
    {
      ...rbac,
      kind: 'RoleBinding',
      metadata: metadata(),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, ...(namespace && { namespace }) }],
    },
  ];
}

/** A sweep must see who else uses the queue. */
export function schedulesRules({ metadata, spec: { slaChecks = [], cleanups = [] } }: Process): object[] {
  const resourceNames = [metadata.name];
  const apiGroups = ['ameide.io'];
  return [
    { apiGroups, resources: ['processes'], resourceNames, verbs: ['get'] },
    ...(cleanups.length > 0 ? [{ apiGroups, resources: ['processes'], verbs: ['list'] }] : []),
    ...(slaChecks.length > 0 ? [{ apiGroups, resources: ['processes/status'], resourceNames, verbs: ['patch'] }] : []),
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  ];
}
