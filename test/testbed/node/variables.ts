/** The environment of a container. */
import type { Server } from '../api.ts';
import { expand } from './expand.ts';
import { fieldOf } from './fields.ts';
import type { ContainerSpec, EnvFrom, EnvVar, Pod } from './pod.ts';
import { type Keyed, readKeys } from './read-objects.ts';

/** In Kubernetes' order: the API server's address, `envFrom`, then `env`. Throws in the kubelet's words when something is not there. */
export async function readVariables(server: Server, pod: Pod, container: ContainerSpec): Promise<Record<string, string>> {
  const values = serviceVariables(server);
  for (const from of container.envFrom ?? []) Object.assign(values, await readAll(server, pod, from));
  for (const variable of container.env ?? []) {
    const value = await readOne(server, pod, variable, values);
    if (value !== undefined) values[variable.name] = value;
  }
  return values;
}

function serviceVariables({ url }: Server): Record<string, string> {
  const { hostname, port } = new URL(url);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

async function readAll(server: Server, pod: Pod, { prefix = '', configMapRef, secretRef }: EnvFrom): Promise<Record<string, string>> {
  const keyed: Keyed = configMapRef ? { kind: 'configmap', ...configMapRef } : { kind: 'secret', name: '', ...secretRef };
  const keys = (await readKeys(server, pod.metadata.namespace, keyed)) ?? new Map<string, Buffer>();
  return Object.fromEntries([...keys].map(([key, value]) => [`${prefix}${key}`, value.toString()]));
}

async function readOne(server: Server, pod: Pod, { value = '', valueFrom }: EnvVar, before: Record<string, string>) {
  if (!valueFrom) return expand(value, before);
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, fieldRef.fieldPath);
  if (resourceFieldRef) throw new Error('the stand-in kubelet does not know resourceFieldRef');
  const reference = configMapKeyRef ?? secretKeyRef!;
  const kind = configMapKeyRef ? 'configmap' : 'secret';
  const { namespace } = pod.metadata;
  const found = (await readKeys(server, namespace, { kind, ...reference }))?.get(reference.key);
  if (found || reference.optional) return found?.toString();
  throw new Error(`couldn't find key ${reference.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${reference.name}`);
}
