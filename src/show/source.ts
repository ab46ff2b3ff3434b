/** What the picture of a Process is made from: its live objects, as the sidecar sees them, and what Temporal answered. Pure. */
import type { Live } from '../live/objects.ts';
import { processLabel } from '../names.ts';
import { isProcessKind } from '../render/located.ts';
import { nameOf, type Resource } from '../resource.ts';
import type { SeenDeployment, SeenPod } from '../sidecar/observation.ts';
import { keepDeployment } from '../sidecar/seen/deployment.ts';
import { keepPod } from '../sidecar/seen/pod.ts';
import { excerpt } from '../sidecar/words.ts';
import type { QueueLook } from '../temporal/look-at-queue.ts';

export interface Source {
  /** When it was looked, ISO 8601 in UTC. */
  readonly now: string;
  readonly process: Resource;
  readonly deployments: readonly Tracked<SeenDeployment>[];
  readonly pods: readonly Tracked<SeenPod>[];
  /** Of core/v1. */
  readonly events: readonly Resource[];
  /** A text: why Temporal was not asked. */
  readonly look: QueueLook | string;
  /** Why something may not be read, by plural name. */
  readonly unreadable: Readonly<Record<string, string>>;
  /** When the sidecar's leader renewed its Lease, where there is one that may be read. */
  readonly leaseRenewedAt?: string;
}

export interface Tracked<T> {
  readonly seen: T;
  /** Absent: it is stable. */
  readonly track?: 'canary';
}

/** Undefined: there is no such Process among what was read. */
export function sourceOf(live: Live, name: string, look: QueueLook | string): Source | undefined {
  const { now, items, pods, unreadable, leaseRenewedAt } = live;
  const process = items.find((one) => isProcessKind(one) && nameOf(one) === name);
  if (!process) return;
  return {
    now,
    process,
    deployments: deploymentsIn(items, name),
    pods: pods.flatMap((pod) => {
      const kept = keepPod(pod);
      return kept?.processLabel === processLabel(name) ? [{ seen: kept.seen, ...(kept.seen.track && { track: kept.seen.track }) }] : [];
    }),
    events: items.filter(({ kind }) => kind === 'Event'),
    look,
    unreadable: Object.fromEntries(unreadable.map(({ resource, problem }) => [resource, excerpt(problem.message, 1_000)])),
    ...(leaseRenewedAt !== undefined && { leaseRenewedAt }),
  };
}

/** The stable one first. */
function deploymentsIn(items: readonly Resource[], name: string): Tracked<SeenDeployment>[] {
  return items
    .flatMap((item): Tracked<SeenDeployment>[] => {
      const kept = item.kind === 'Deployment' ? keepDeployment(item) : undefined;
      return kept?.owner === name ? [{ seen: kept.seen, ...(kept.track === 'canary' && { track: kept.track }) }] : [];
    })
    .sort((a, b) => Number(a.track !== undefined) - Number(b.track !== undefined));
}
