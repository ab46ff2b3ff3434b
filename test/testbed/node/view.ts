/** A container's view of the file system, from what its pod says. */
import { join } from 'node:path';
import { root } from '../parts.ts';
import type { View } from './mounts.ts';
import type { ContainerSpec, Pod } from './pod.ts';
import { hostnameOf } from './pod.ts';

export interface ViewRequest {
  readonly pod: Pod;
  readonly container: ContainerSpec;
  /** Folders by volume name. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly hosts: Readonly<Record<string, string>>;
}

export function viewOf({ pod, container, volumes, hosts }: ViewRequest): Omit<View, 'scratch'> {
  const isWritable = (name: string) => pod.spec.volumes?.some((volume) => volume.name === name && volume.emptyDir) ?? false;
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, subPath = '', readOnly }) => ({
    source: join(volumes.get(name)!, subPath),
    target: mountPath.replace(/\/+$/, ''),
    readOnly: readOnly === true || !isWritable(name),
  }));
  return {
    mounts,
    etc: { hostname: `${hostnameOf(pod)}\n`, hosts: hostsFile(pod, hosts) },
    kept: [root],
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem ?? false,
  };
}

function hostsFile(pod: Pod, hosts: Readonly<Record<string, string>>): string {
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip, hostnames }) => `${ip} ${hostnames.join(' ')}`);
  const known = Object.entries(hosts).map(([name, ip]) => `${ip} ${name}`);
  return `${['127.0.0.1 localhost', `127.0.0.1 ${hostnameOf(pod)}`, ...aliases, ...known].join('\n')}\n`;
}
