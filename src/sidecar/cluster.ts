/** The live objects that concern Processes, kept current by watches and found by the Process that they belong to. */
import type { Kube } from '../kube/connect.ts';
import { keyOf, namespaceIn } from '../kube/object-key.ts';
import { type ResourceWatch, watchResource } from '../kube/watch-resource.ts';
import { deploymentName, env, processLabel, selectorLabel, type Track } from '../names.ts';
import { nameOf, namespaceOf, type Resource } from '../resource.ts';
import { type Dependencies, openDependencies } from './dependencies.ts';
import { openProcesses } from './live-processes.ts';
import type { SeenDefinition, SeenDeployment, SeenPod } from './observation.ts';
import { type OwnWrites, openOwnWrites } from './own-writes.ts';
import { ownedIndex } from './owned-index.ts';
import { keepDefinition, type OwnedDefinition } from './seen/definition.ts';
import { keepDeployment, type OwnedDeployment } from './seen/deployment.ts';
import { keepPod, type OwnedPod } from './seen/pod.ts';
import { keepProcess } from './seen/process.ts';
import { polledQueue, type SharedQueues, sharedQueues } from './shared-queues.ts';

export interface Cluster {
  /** By `namespace/name`. */
  readonly processes: ReadonlyMap<string, Resource>;
  /** Of the stable track, unless another is asked for. */
  deploymentOf(process: Resource, track?: Track): SeenDeployment | undefined;
  /** The one that says where the workers poll: the stable one, and the canary's while that is gone. */
  pollingDeploymentOf(process: Resource): SeenDeployment | undefined;
  podsOf(process: Resource): SeenPod[];
  definitionsOf(process: Resource): SeenDefinition[];
  readonly dependencies: Dependencies;
  readonly queues: Pick<SharedQueues, 'candidates'>;
  /** What may not be read in a namespace, by plural name. */
  unreadable(namespace: string): Record<string, string>;
  /** Every watch has listed once, or may not. */
  isSynced(): boolean;
  /** Resolves when that is so for the first time. */
  readonly whenSynced: Promise<void>;
  /** Writes to a Process, and takes in the API server's answer: what the watch brings of that is no news. */
  readonly write: OwnWrites['write'];
  readonly watches: readonly NamedWatch[];
  stop(): void;
}

export interface NamedWatch {
  /** Plural name. */
  readonly resource: string;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly watch: ResourceWatch<unknown>;
}

export interface ClusterOptions {
  readonly kube: Kube;
  /** The namespaces to watch; undefined: all of them. */
  readonly namespaces: readonly string[] | undefined;
  /** Something about this Process (`namespace/name`) changed, or it is gone. */
  readonly onChange: (key: string) => void;
  /** An object (`namespace/name`) could not be taken in; the others are. */
  readonly onError: (key: string, error: unknown) => void;
}

/** Children are found by a label that all of them have. */
const labelSelector = selectorLabel.process;

export function openCluster({ kube, namespaces, onChange, onError }: ClusterOptions): Cluster {
  const processes = openProcesses();
  const ownWrites = openOwnWrites(processes, onChange);
  const deployments = ownedIndex<OwnedDeployment>((key, { owner }) => `${namespaceIn(key)}/${owner}`);
  const definitions = ownedIndex<OwnedDefinition>((key, { owner }) => `${namespaceIn(key)}/${owner}`);
  const pods = ownedIndex<OwnedPod>((key, { processLabel: label }) => `${namespaceIn(key)}/${label}`);
  const dependencies = openDependencies({ kube, allNamespaces: namespaces === undefined, onChange, onError });
  const tell = (owners: readonly string[]) => {
    for (const owner of owners) if (processes.all.has(owner)) onChange(owner);
  };
  const queues = sharedQueues();
  const deploymentOf = (process: Resource, track: Track = 'stable') => chosen(deployments.of(keyOf(process)), nameOf(process), track);
  const pollingDeploymentOf = (process: Resource) => deploymentOf(process) ?? deploymentOf(process, 'canary');
  const placeOnQueue = (key: string) => {
    const process = processes.all.get(key);
    tell(queues.set(key, process && polledQueue(process, pollingDeploymentOf(process)?.env[env.address])));
  };
  let tellSynced = () => {};
  const whenSynced = new Promise<void>((resolve) => {
    tellSynced = resolve;
  });
  const watches: NamedWatch[] = [];
  const isSynced = () => watches.every(({ watch }) => hasLooked(watch));
  /** What may not be read is part of the verdicts of its namespace; whether a watch is connected is not. */
  const stateTeller = (namespace: string | undefined) => {
    let wasForbidden = false;
    return (isForbidden: boolean) => {
      if (isSynced()) tellSynced();
      if (isForbidden === wasForbidden) return;
      wasForbidden = isForbidden;
      for (const key of processes.all.keys()) if (namespace === undefined || namespaceIn(key) === namespace) onChange(key);
    };
  };
  const processChanged = (key: string, now: Resource | undefined) => {
    if (!processes.change(key, now)) return;
    placeOnQueue(key);
    dependencies.want(key, now);
    if (!ownWrites.holdBack(key)) onChange(key);
  };
  const podChanged = (key: string, now: OwnedPod | undefined) => tell(pods.change(key, now).flatMap((label) => processes.labelled(label)));
  const open = <T>(base: string, resource: string, options: Pick<WatchOptions<T>, 'keep' | 'onChange' | 'labelSelector'>) => {
    for (const namespace of namespaces ?? [undefined]) {
      const path = namespace === undefined ? `${base}/${resource}` : `${base}/namespaces/${namespace}/${resource}`;
      const tellState = stateTeller(namespace);
      const watch: ResourceWatch<T> = watchResource<T>({
        kube,
        path,
        onState: () => tellState(watch.state().kind === 'Forbidden'),
        onError,
        ...options,
      });
      watches.push({ resource, namespace, watch });
    }
  };
  open('/apis/ameide.io/v1', 'processes', { keep: keepProcess, onChange: processChanged });
  open<OwnedDeployment>('/apis/apps/v1', 'deployments', {
    labelSelector,
    keep: keepDeployment,
    onChange: (key, now) => {
      const owners = deployments.change(key, now);
      for (const owner of owners) placeOnQueue(owner);
      tell(owners);
    },
  });
  open<OwnedPod>('/api/v1', 'pods', { labelSelector, keep: keepPod, onChange: podChanged });
  open<OwnedDefinition>('/api/v1', 'configmaps', {
    labelSelector,
    keep: keepDefinition,
    onChange: (key, now) => tell(definitions.change(key, now)),
  });
  return {
    processes: processes.all,
    dependencies,
    watches,
    isSynced,
    whenSynced,
    queues,
    deploymentOf,
    pollingDeploymentOf,
    podsOf: (process) => pods.of(`${namespaceOf(process)}/${processLabel(nameOf(process))}`).map(({ seen }) => seen),
    definitionsOf: (process) => definitions.of(keyOf(process)).map(({ seen }) => seen),
    unreadable: (namespace) => forbiddenAmong(watches, namespace),
    write: ownWrites.write,
    stop: () => {
      for (const { watch } of watches) watch.stop();
      dependencies.stop();
    },
  };
}

type WatchOptions<T> = Parameters<typeof watchResource<T>>[0];

/** The one with the name that the render gives; a prefix may have renamed it. */
function chosen(deployments: readonly OwnedDeployment[], name: string, track: Track): SeenDeployment | undefined {
  const wanted = deploymentName(name, track);
  const ofTrack = deployments.filter((one) => one.track === track);
  const sorted = ofTrack.map(({ seen }) => seen).sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.find((seen) => seen.name === wanted) ?? sorted[0];
}

function hasLooked(watch: ResourceWatch<unknown>): boolean {
  return watch.state().kind === 'Forbidden' || watch.state().kind === 'Absent' || watch.hasListed();
}

function forbiddenAmong(watches: readonly NamedWatch[], namespace: string): Record<string, string> {
  const found = watches.flatMap((one) => {
    const state = one.watch.state();
    const concerns = one.namespace === undefined || one.namespace === namespace;
    return concerns && state.kind === 'Forbidden' ? [[one.resource, state.message ?? 'forbidden']] : [];
  });
  return Object.fromEntries(found);
}
