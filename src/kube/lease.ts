/** Leader election by a Lease, as client-go does it: of several candidates one leads, and it stops before another may begin. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { isFailure } from './failure.ts';

export interface LeaseOptions {
  readonly kube: Kube;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; different for each replica. */
  readonly identity: string;
  readonly times?: LeaseTimes;
}

export interface LeaseTimes {
  /** A Lease that was not renewed for so long may be taken. */
  readonly durationMs: number;
  /** A leader that could not renew for so long stops leading. Shorter than the duration. */
  readonly renewWithinMs: number;
  readonly retryMs: number;
}

const usualTimes: LeaseTimes = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2_000 };

export interface Leadership {
  /** Resolves when this replica leads; rejects when it is stopped before. */
  readonly acquired: Promise<void>;
  /** Resolves when it no longer leads, or may no longer be sure of it. */
  readonly lost: Promise<string>;
  isLeader(): boolean;
  /** Gives the Lease back, so that another need not wait until it expires. */
  stop(): Promise<void>;
}

/** What the Lease said when it last changed, and when that was by our own clock: the clocks of others do not matter. */
interface Seen {
  readonly record: string;
  readonly atMs: number;
}

export function campaign(options: LeaseOptions): Leadership {
  const times = options.times ?? usualTimes;
  const aborter = new AbortController();
  let renewedAt: number | undefined;
  let tellAcquired = () => {};
  let tellLost = (_: string) => {};
  let fail = (_: Error) => {};
  const acquired = new Promise<void>((resolve, reject) => {
    tellAcquired = resolve;
    fail = reject;
  });
  acquired.catch(() => {});
  const lost = new Promise<string>((resolve) => {
    tellLost = resolve;
  });
  const run = async () => {
    let seen: Seen | undefined;
    while (!aborter.signal.aborted) {
      const startedAt = performance.now();
      const tried = await tryOnce(options, seen, times).catch((error: Error) => ({ seen, isOurs: false, words: error.message }));
      seen = tried.seen;
      if (tried.isOurs) {
        if (renewedAt === undefined) tellAcquired();
        renewedAt = startedAt;
      } else if (renewedAt !== undefined) {
        const isTaken = tried.words === undefined;
        if (isTaken || performance.now() - renewedAt > times.renewWithinMs) {
          renewedAt = undefined;
          return tellLost(isTaken ? 'another replica has the Lease' : `the Lease could not be renewed: ${tried.words}`);
        }
      }
      await delay(times.retryMs * (0.9 + Math.random() / 5), undefined, { signal: aborter.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    acquired,
    lost,
    isLeader: () => renewedAt !== undefined && performance.now() - renewedAt < times.durationMs,
    stop: async () => {
      aborter.abort();
      fail(new Error('stopped'));
      await running;
      if (renewedAt !== undefined) await release(options).catch(() => {});
      renewedAt = undefined;
    },
  };
}

interface Tried {
  readonly seen: Seen | undefined;
  readonly isOurs: boolean;
  /** Why it is not known whose it is. */
  readonly words?: string;
}

/** Creates, renews or takes over the Lease; a conflict means that another was quicker. */
async function tryOnce(options: LeaseOptions, seen: Seen | undefined, times: LeaseTimes): Promise<Tried> {
  const live = await read(options);
  if (!live) return write(options, 'POST', leaseOf(options, times, undefined), seen);
  const record = JSON.stringify(live.spec);
  const now = seen?.record === record ? seen : { record, atMs: performance.now() };
  const holder = valueAt(live, 'spec', 'holderIdentity');
  const isFree = typeof holder !== 'string' || holder === '';
  if (holder !== options.identity && !isFree && performance.now() - now.atMs < times.durationMs) return { seen: now, isOurs: false };
  return write(options, 'PUT', leaseOf(options, times, live), now);
}

async function read({ kube, namespace, name }: LeaseOptions): Promise<Resource | undefined> {
  try {
    return await kube.request({ method: 'GET', path: `${collection(namespace)}/${name}`, timeoutMs: 5_000 });
  } catch (error) {
    if (isFailure(error, 'NotFound')) return;
    throw error;
  }
}

async function write(
  { kube, namespace, name }: LeaseOptions,
  method: 'POST' | 'PUT',
  lease: Resource,
  seen: Seen | undefined,
): Promise<Tried> {
  const path = method === 'POST' ? collection(namespace) : `${collection(namespace)}/${name}`;
  try {
    const written = await kube.request({ method, path, body: lease, timeoutMs: 5_000 });
    return { seen: { record: JSON.stringify(written.spec), atMs: performance.now() }, isOurs: true };
  } catch (error) {
    if (isFailure(error, 'Conflict')) return { seen, isOurs: false };
    throw error;
  }
}

async function release(options: LeaseOptions): Promise<void> {
  const live = await read(options);
  if (!live || valueAt(live, 'spec', 'holderIdentity') !== options.identity) return;
  const spec = { ...(live.spec as object), holderIdentity: '', leaseDurationSeconds: 1 };
  await write(options, 'PUT', { ...live, spec }, undefined);
}

function leaseOf({ namespace, name, identity }: LeaseOptions, times: LeaseTimes, live: Resource | undefined): Resource {
  const now = new Date().toISOString().replace('Z', '000Z');
  const isOurs = valueAt(live, 'spec', 'holderIdentity') === identity;
  const transitions = Number(valueAt(live, 'spec', 'leaseTransitions') ?? 0);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: live?.metadata ?? { namespace, name },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(Math.round(times.durationMs / 1000), 1),
      acquireTime: isOurs ? valueAt(live, 'spec', 'acquireTime') : now,
      renewTime: now,
      leaseTransitions: isOurs || !live ? transitions : transitions + 1,
    },
  };
}

function collection(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}
