/** Where a Process's workers poll, and with which credentials: what Temporal is asked about. Pure. */

import { namespaceIn } from '../kube/object-key.ts';
import { defaultCaKey, env } from '../names.ts';
import { isObject, type Resource, valueAt } from '../resource.ts';
import type { Subject } from '../temporal/subject.ts';
import type { SeenDeployment } from './observation.ts';

export interface SubjectSource {
  /** `namespace/name` of the Process. */
  readonly key: string;
  readonly process: Resource;
  readonly deployment: SeenDeployment | undefined;
  /** Where it was, for when the Deployment is gone. */
  readonly lastAddress?: string | undefined;
}

/** The address as the Deployment has it; undefined: nothing says where. */
export function subjectOf({ key, process, deployment, lastAddress }: SubjectSource): Subject | undefined {
  const address = deployment?.env[env.address] ?? lastAddress;
  const namespace = textAt(process, 'namespace') ?? deployment?.env[env.namespace];
  const taskQueue = textAt(process, 'taskQueue') ?? deployment?.env[env.taskQueue];
  if (!address || !namespace || !taskQueue) return;
  return { key, address, namespace, taskQueue, ...tlsOf(process, namespaceIn(key)), ...apiKeyOf(process, namespaceIn(key)) };
}

function tlsOf(process: Resource, namespace: string): Pick<Subject, 'tls'> {
  if (!isObject(valueAt(process, 'spec', 'temporal', 'tls'))) return {};
  const [serverName, ca, caKey, client] = [
    textAt(process, 'tls', 'serverName'),
    textAt(process, 'tls', 'caSecretRef', 'name'),
    textAt(process, 'tls', 'caSecretRef', 'key'),
    textAt(process, 'tls', 'clientCertificateSecretRef', 'name'),
  ];
  return {
    tls: {
      ...(serverName !== undefined && { serverName }),
      ...(ca !== undefined && { ca: { namespace, name: ca, key: caKey ?? defaultCaKey } }),
      ...(client !== undefined && { client: { namespace, name: client } }),
    },
  };
}

function apiKeyOf(process: Resource, namespace: string): Pick<Subject, 'apiKey'> {
  const [name, key] = [textAt(process, 'apiKeySecretRef', 'name'), textAt(process, 'apiKeySecretRef', 'key')];
  return name === undefined || key === undefined ? {} : { apiKey: { namespace, name, key } };
}

function textAt(process: Resource, ...path: readonly string[]): string | undefined {
  const found = valueAt(process, 'spec', 'temporal', ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
