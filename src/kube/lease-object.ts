/** The Lease object: whose it is, since when by our own clock, and how it is written so that of several writers one succeeds. */
import { type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { isFailure } from './failure.ts';

export interface LeaseName {
  readonly kube: Pick<Kube, 'request'>;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; different for each replica. */
  readonly identity: string;
}

export interface LeaseHolding {
  /** '': nobody. */
  readonly holder: string;
  readonly durationMs: number;
}

const collection = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

export function holdingOf(lease: Resource): LeaseHolding {
  const [holder, seconds] = [valueAt(lease, 'spec', 'holderIdentity'), valueAt(lease, 'spec', 'leaseDurationSeconds')];
  return { holder: typeof holder === 'string' ? holder : '', durationMs: typeof seconds === 'number' ? seconds * 1000 : 0 };
}

/** What every renewal changes. */
export function recordOf(lease: Resource): string {
  return JSON.stringify([lease.spec, valueAt(lease, 'metadata', 'uid'), valueAt(lease, 'metadata', 'resourceVersion')]);
}

/** Undefined: there is none. */
export async function readLease({ kube, namespace, name }: LeaseName, timeoutMs: number): Promise<Resource | undefined> {
  try {
    return await kube.request({ method: 'GET', path: `${collection(namespace)}/${name}`, timeoutMs, isUrgent: true });
  } catch (error) {
    if (isFailure(error, 'NotFound')) return;
    throw error;
  }
}

/** Takes, renews or makes the Lease: the one that was seen, no later version of it. Undefined: another was quicker. */
export async function takeLease(lease: LeaseName, seen: Resource | undefined, times: TakeTimes): Promise<Resource | undefined> {
  const { namespace, name, identity } = lease;
  // The clock of this machine is for people who read it; nobody judges by it.
  const now = new Date().toISOString().replace('Z', '000Z');
  const isOurs = seen !== undefined && holdingOf(seen).holder === identity;
  const transitions = Number(valueAt(seen, 'spec', 'leaseTransitions') ?? 0);
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(times.durationMs / 1000),
    acquireTime: isOurs ? valueAt(seen, 'spec', 'acquireTime') : now,
    renewTime: now,
    leaseTransitions: isOurs || !seen ? transitions : transitions + 1,
  };
  return write(lease, seen, { metadata: seen?.metadata ?? { namespace, name }, spec }, times.timeoutMs);
}

export interface TakeTimes {
  readonly durationMs: number;
  /** For the request. */
  readonly timeoutMs: number;
}

/** So that the next holder need not wait for it to expire. */
export async function releaseLease(lease: LeaseName, seen: Resource, timeoutMs: number): Promise<void> {
  const spec = { ...(seen.spec as object), holderIdentity: '', leaseDurationSeconds: 1 };
  await write(lease, seen, { metadata: seen.metadata, spec }, timeoutMs);
}

async function write({ kube, namespace, name }: LeaseName, seen: Resource | undefined, next: Resource, timeoutMs: number) {
  const [method, path] = seen ? (['PUT', `${collection(namespace)}/${name}`] as const) : (['POST', collection(namespace)] as const);
  try {
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...next };
    return await kube.request({ method, path, body, timeoutMs, isUrgent: true });
  } catch (error) {
    // NotFound: deleted since it was seen.
    if (isFailure(error, 'Conflict') || isFailure(error, 'NotFound')) return;
    throw error;
  }
}
