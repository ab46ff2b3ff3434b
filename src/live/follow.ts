/** Follows live objects by watches: what they are now, as one reading, told each time that something changed. It survives what `watchResource` does. */
import type { Kube } from '../kube/connect.ts';
import type { KubeFailureKind } from '../kube/failure.ts';
import { type ResourceWatch, watchResource } from '../kube/watch-resource.ts';
import type { Resource } from '../resource.ts';
import type { Live } from './objects.ts';
import { forbidden } from './read.ts';
import { type Collection, pathOf, type Scope, wordsFor } from './scope.ts';

export interface FollowOptions {
  readonly kube: Pick<Kube, 'stream'>;
  readonly scope: Scope;
  readonly collections: readonly Collection[];
  /** Something changed: an object, or whether what is known is current. */
  readonly onChange: () => void;
}

export interface Followed {
  /** Undefined: not everything that may be read has been listed yet. */
  live(): Live | undefined;
  /** Why what is known may be old; undefined: it is not. */
  silence(): Silence | undefined;
  stop(): void;
}

export interface Silence {
  readonly kind: Extract<KubeFailureKind, 'Forbidden'> | 'Absent' | 'Disconnected';
  readonly message: string;
  /** It was followed before: the right to it may have been taken away, and may come back. */
  readonly wasFollowed: boolean;
}

/** One apply changes many objects: they are told of together. */
const settleMs = 50;

interface One {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly watch: ResourceWatch<Resource>;
}

export function followLive({ kube, scope, collections, onChange }: FollowOptions): Followed {
  let settling: NodeJS.Timeout | undefined;
  let isStopped = false;
  const changed = () => {
    if (isStopped) return;
    settling ??= setTimeout(() => {
      settling = undefined;
      onChange();
    }, settleMs);
  };
  const all = (scope.namespaces ?? [undefined]).flatMap((namespace) =>
    collections.map((collection): One => {
      const { apiVersion, kind, labelSelector, fieldSelector, isOurs = () => true } = collection;
      const watch = watchResource({
        kube,
        path: pathOf(collection, namespace),
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
        keep: (object) => (isOurs(object) ? { ...object, apiVersion, kind } : undefined),
        onChange: changed,
        onState: changed,
      });
      return { collection, namespace, watch };
    }),
  );
  return {
    live: () => (all.every(hasLooked) ? liveOf(all, scope) : undefined),
    silence: () => silenceOf(all),
    stop: () => {
      isStopped = true;
      clearTimeout(settling);
      for (const { watch } of all) watch.stop();
    },
  };
}

function hasLooked({ watch }: One): boolean {
  const { kind } = watch.state();
  return kind === 'Forbidden' || kind === 'Absent' || watch.hasListed();
}

function liveOf(all: readonly One[], scope: Scope): Live {
  const items: Resource[] = [];
  const pods: Resource[] = [];
  for (const { collection, watch } of all) (collection.resource === 'pods' ? pods : items).push(...watch.store.values());
  const unreadable = all.flatMap(({ collection, namespace, watch }) => {
    const state = watch.state();
    return state.kind === 'Forbidden' ? [{ resource: collection.resource, namespace, problem: forbidden(state) }] : [];
  });
  return { now: new Date().toISOString(), items, pods, unreadable, where: wordsFor(scope) };
}

/** What of the Processes is wrong comes first: without them there is nothing to show. */
function silenceOf(all: readonly One[]): Silence | undefined {
  const states = all.map(({ collection, watch }) => ({
    isOfProcesses: collection.resource === 'processes',
    state: watch.state(),
    wasFollowed: watch.hasWatched(),
  }));
  for (const { isOfProcesses, state, wasFollowed } of [...states].sort((a, b) => Number(b.isOfProcesses) - Number(a.isOfProcesses))) {
    const isTold = isOfProcesses && (state.kind === 'Forbidden' || state.kind === 'Absent');
    if (isTold || state.kind === 'Disconnected') return { kind: state.kind, message: state.message, wasFollowed };
  }
  return;
}
