/** Which pollers of a task queue are live workers of a Process: an entry outlives its worker, so its host must be a live pod. */
import type { SeenPod, SeenPoller, SeenQueue } from './observation.ts';
import { clockSkewMs, freshMs } from './timing.ts';

export interface LivePollers {
  readonly pollers: readonly SeenPoller[];
  /** The pods that they are in; empty where `byFreshness`. */
  readonly podNames: ReadonlySet<string>;
  readonly kind: 'workflow' | 'activity';
  /** Identities are custom, so that nothing but their freshness could be judged. */
  readonly byFreshness: boolean;
}

/**
 * Workflow pollers; activity pollers only where the pods have never polled for workflows. `others` are pods of the Process whose pollers do
 * not count: those of its other track. Custom identities that hold no pod's name cannot be told apart.
 */
export function livePollers(queue: SeenQueue, pods: readonly SeenPod[], others: readonly SeenPod[] = []): LivePollers {
  const askedAt = Date.parse(queue.askedAt);
  const possible = (pollers: readonly SeenPoller[]) => pollers.filter((poller) => podOf(poller, pods) || !podOf(poller, others));
  const workflowPollers = possible(queue.workflowPollers);
  const live = liveAmong(workflowPollers, pods, askedAt);
  if (live.pollers.length > 0) return { ...live, kind: 'workflow' };
  const everPolled = workflowPollers.some((poller) => podOf(poller, pods) !== undefined || isCustom(poller));
  if (everPolled || !queue.activityPollers) return { ...live, kind: 'workflow' };
  return { ...liveAmong(possible(queue.activityPollers), pods, askedAt), kind: 'activity' };
}

function liveAmong(pollers: readonly SeenPoller[], pods: readonly SeenPod[], askedAt: number): Omit<LivePollers, 'kind'> {
  const fresh = pollers.filter(({ lastAccess }) => askedAt - Date.parse(lastAccess) <= freshMs);
  const placed = fresh.flatMap((poller) => {
    const pod = podOf(poller, pods);
    return pod && hasPolledSinceStart(poller, pod) ? [{ poller, pod }] : [];
  });
  if (placed.length > 0) {
    return { pollers: placed.map(({ poller }) => poller), podNames: new Set(placed.map(({ pod }) => pod.name)), byFreshness: false };
  }
  // An entry with a default identity of ours tells that they have no custom ones.
  const areDefault = pollers.some((poller) => !isCustom(poller) && podOf(poller, pods));
  const isSinceStart = (poller: SeenPoller) => pods.some((pod) => hasPolledSinceStart(poller, pod));
  const custom = areDefault ? [] : fresh.filter((poller) => isCustom(poller) && !podOf(poller, pods) && isSinceStart(poller));
  return { pollers: custom, podNames: new Set(), byFreshness: custom.length > 0 };
}

/** The SDKs' own identity is `<pid>@<hostname>`; a custom one may at least hold the pod's name. */
export function podOf({ identity }: SeenPoller, pods: readonly SeenPod[]): SeenPod | undefined {
  const host = identity.slice(identity.lastIndexOf('@') + 1);
  return pods.find(({ hostname, name }) => host === hostname || (isCustom({ identity }) && identity.includes(name)));
}

/**
 * A worker that is killed refreshes its entry by that, so the container that was started after it must have polled later than it ended.
 * Kubernetes tells the end to the second.
 */
function hasPolledSinceStart({ lastAccess }: SeenPoller, { runningSince, lastExit }: SeenPod): boolean {
  if (runningSince === undefined) return false;
  const sinceStart = Date.parse(runningSince) - clockSkewMs;
  const sinceExit = lastExit?.finishedAt === undefined ? 0 : Date.parse(lastExit.finishedAt) + 1_000;
  return Date.parse(lastAccess) >= Math.max(sinceStart, sinceExit);
}

function isCustom({ identity }: Pick<SeenPoller, 'identity'>): boolean {
  return !/^\d+@[^@]+$/.test(identity);
}
