/** The worker Deployments: the stable one, and the canary's. */
import type { FnConfig } from '../fn-config.ts';
import {
  checksumHex,
  definition,
  definitionConfigMapName,
  deploymentName,
  processLabel,
  queueLabel,
  selectorLabel,
  type Track,
  tracks,
} from '../names.ts';
import type { Process } from '../process.ts';
import type { Resource } from '../resource.ts';
import { mountedIn } from '../track.ts';
import { childMetadata, podLabels, renderedFrom } from './child-metadata.ts';
import type { PinnedText, Resolved } from './resolve.ts';
import { tlsVolumes } from './temporal-env.ts';
import { workerEnv } from './worker-env.ts';

export function workerDeployment(resolved: Resolved, config: FnConfig, track: Track): Resource {
  const { process } = resolved;
  const { spec, metadata } = process;
  const labels = { ...podLabels(process), ...selector(process, track) };
  const deployment = childMetadata(process, deploymentName(metadata.name, track), renderedFrom(process));
  const worker = spec.worker ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...deployment, labels: { ...(deployment.labels as object), ...labels } },
    spec: {
      replicas: track === 'stable' ? stableReplicas(process, config) : canaryReplicas(process),
      selector: { matchLabels: selector(process, track) },
      strategy: { type: deploymentStrategy(process) },
      template: {
        metadata: { labels: { ...worker.podLabels, ...labels }, ...(worker.podAnnotations && { annotations: worker.podAnnotations }) },
        spec: podSpec(process, config, { track, definitions: mountedIn(resolved, track) }),
      },
    },
  };
}

/** What ties a Deployment to its pods, for ever: it cannot be changed, and a change of queue is refused with it. */
export function selector({ metadata, spec }: Process, track: Track): Record<string, string> {
  return {
    [selectorLabel.process]: processLabel(metadata.name),
    [selectorLabel.queue]: queueLabel(spec.temporal.namespace, spec.temporal.taskQueue),
    [selectorLabel.track]: track,
  };
}

/** Those that a Process wants workers of. */
export function wantedTracks({ spec }: Pick<Process, 'spec'>): readonly Track[] {
  return spec.rollout?.canary ? tracks : ['stable'];
}

export function stableReplicas({ spec }: Process, config: FnConfig): number {
  return spec.worker?.replicas ?? config.worker.replicas;
}

export function canaryReplicas({ spec }: Process): number {
  return spec.rollout?.canary?.replicas ?? 1;
}

export function workerImage({ spec }: Process, track: Track): string {
  return (track === 'canary' ? spec.rollout?.canary?.image : undefined) ?? spec.image;
}

/** How pods of one track are replaced by others of it. */
export function deploymentStrategy({ spec }: Process): 'RollingUpdate' | 'Recreate' {
  return spec.rollout?.strategy === 'Recreate' ? 'Recreate' : 'RollingUpdate';
}

interface Pods {
  readonly track: Track;
  readonly definitions: readonly PinnedText[];
}

function podSpec(process: Process, config: FnConfig, { track, definitions }: Pods): Record<string, unknown> {
  const { spec } = process;
  const worker = spec.worker ?? {};
  return withoutUndefined({
    serviceAccountName: worker.serviceAccountName,
    automountServiceAccountToken: worker.automountServiceAccountToken ?? false,
    imagePullSecrets: pullSecretsOf(process, config),
    securityContext: { ...podSecurity, ...worker.podSecurityContext },
    terminationGracePeriodSeconds: worker.terminationGracePeriodSeconds,
    priorityClassName: worker.priorityClassName,
    nodeSelector: worker.nodeSelector ?? config.worker.nodeSelector,
    tolerations: worker.tolerations,
    affinity: worker.affinity,
    topologySpreadConstraints: worker.topologySpreadConstraints,
    containers: [container(process, config, { track, definitions })],
    volumes: [definitionVolume(process, definitions), { name: 'tmp', emptyDir: {} }, ...tlsVolumes(spec.temporal).volumes],
  });
}

/** What Kubernetes calls restricted. */
export const podSecurity = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } as const;
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} as const;

/** Undefined: none. */
export function pullSecretsOf(
  { spec }: Process,
  { worker }: { readonly worker: Pick<FnConfig['worker'], 'imagePullSecrets'> },
): readonly { readonly name: string }[] | undefined {
  const secrets = spec.imagePullSecrets ?? worker.imagePullSecrets.map((name) => ({ name }));
  return secrets.length > 0 ? secrets : undefined;
}

/** A Process that sets resources sets all of them: the configuration's are not mixed in. */
export function workerResources({ spec }: Process, config: FnConfig): FnConfig['worker']['resources'] {
  return spec.worker?.resources ?? config.worker.resources;
}

function container(process: Process, config: FnConfig, { track, definitions: [current] }: Pods): Record<string, unknown> {
  const { spec } = process;
  const worker = spec.worker ?? {};
  return withoutUndefined({
    name: definition.container,
    image: workerImage(process, track),
    imagePullPolicy: spec.imagePullPolicy ?? config.worker.imagePullPolicy,
    command: worker.command,
    args: worker.args,
    env: [...workerEnv(process, current!, config.temporal.address), ...(worker.env ?? [])],
    envFrom: worker.envFrom,
    ports: worker.ports,
    resources: workerResources(process, config),
    livenessProbe: worker.livenessProbe,
    readinessProbe: worker.readinessProbe,
    startupProbe: worker.startupProbe,
    securityContext: containerSecurity,
    volumeMounts: [
      { name: definition.volume, mountPath: definition.mountPath, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      ...tlsVolumes(spec.temporal).mounts,
    ],
  });
}

/** The current definition at its fixed path, and every version, the current included, in a folder named by its hash. */
function definitionVolume(process: Process, definitions: readonly PinnedText[]): Record<string, unknown> {
  const sources = definitions.map(({ pin }, at) => {
    const versioned = { key: definition.key, path: `${checksumHex(pin.checksum)}/${definition.key}` };
    const items = at === 0 ? [{ key: definition.key, path: definition.key }, versioned] : [versioned];
    return { configMap: { name: definitionConfigMapName(process.metadata.name, pin.checksum), items } };
  });
  return { name: definition.volume, projected: { sources } };
}

export function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
