/** Leader election by a Lease, as client-go does it: of several candidates one leads, and it stops before another may begin. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '../resource.ts';
import { holdingOf, type LeaseName, readLease, recordOf, releaseLease, takeLease } from './lease-object.ts';

export interface LeaseOptions extends LeaseName {
  readonly times?: LeaseTimes;
  /** Why it is not known whose the Lease is, when that is news. */
  readonly onTrouble?: (message: string) => void;
}

export interface LeaseTimes {
  /** A Lease that was not renewed for so long may be taken. */
  readonly durationMs: number;
  /** A leader that could not renew for so long stops leading. Shorter than the duration. */
  readonly renewWithinMs: number;
  readonly retryMs: number;
}

const usualTimes: LeaseTimes = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2_000 };
/** With less time than this left no request is worth beginning. */
const shortestRequestMs = 20;
/** For what is under way, and for giving it back: the end must be quick. */
const stopWithinMs = 500;

export interface Leadership {
  /** Resolves when this replica leads; rejects when it is stopped before. */
  readonly acquired: Promise<void>;
  /** Resolves when it no longer leads, or may no longer be sure of it. */
  readonly lost: Promise<string>;
  isLeader(): boolean;
  /** Gives the Lease back, so that another need not wait until it expires. */
  stop(): Promise<void>;
}

/** What this candidate knows. Times are by its own steady clock: the clocks of others, and changes of its own, do not matter. */
interface Candidate {
  readonly options: LeaseOptions;
  readonly times: LeaseTimes;
  lease: Resource | undefined;
  /** When the Lease was first seen as it is. */
  seenAt: number;
  /** When the last renewal that succeeded was begun; undefined: it does not lead. */
  renewedAt: number | undefined;
}

export function campaign(options: LeaseOptions): Leadership {
  const times = options.times ?? usualTimes;
  const candidate: Candidate = { options, times, lease: undefined, seenAt: 0, renewedAt: undefined };
  const stopping = new AbortController();
  let running = Promise.resolve<string | undefined>(undefined);
  const acquired = new Promise<void>((resolve, reject) => {
    stopping.signal.addEventListener('abort', () => reject(new Error('stopped')));
    running = run(candidate, stopping.signal, resolve);
  });
  acquired.catch(() => {});
  const lost = new Promise<string>((resolve) => {
    running.then((why) => why !== undefined && resolve(why));
  });
  const isLeader = () => candidate.renewedAt !== undefined && performance.now() - candidate.renewedAt < times.durationMs;
  return {
    acquired,
    lost,
    isLeader,
    stop: async () => {
      stopping.abort();
      await Promise.race([running, delay(stopWithinMs)]);
      const wasLeader = isLeader();
      candidate.renewedAt = undefined;
      if (wasLeader && candidate.lease) await releaseLease(options, candidate.lease, stopWithinMs).catch(() => {});
    },
  };
}

/** Resolves with why it leads no longer; with nothing when it is stopped. */
async function run(candidate: Candidate, signal: AbortSignal, tellAcquired: () => void): Promise<string | undefined> {
  const { options, times } = candidate;
  let trouble: string | undefined;
  while (!signal.aborted) {
    if (timeLeft(candidate) < shortestRequestMs)
      return lose(candidate, `the Lease could not be renewed: ${trouble ?? 'others write it, too'}`);
    const failure = await attempt(candidate).catch((error: Error) => error.message);
    if (signal.aborted) return;
    if (failure !== undefined && failure !== trouble) options.onTrouble?.(failure);
    trouble = failure;
    const usurper = candidate.renewedAt !== undefined && holderBesides(candidate);
    if (usurper) return lose(candidate, `another replica has the Lease: ${usurper}`);
    if (candidate.renewedAt !== undefined) tellAcquired();
    const pause = Math.max(Math.min(times.retryMs * (0.9 + Math.random() / 5), timeLeft(candidate)), 0);
    await delay(pause, undefined, { signal }).catch(() => {});
  }
  return;
}

function lose(candidate: Candidate, why: string): string {
  candidate.renewedAt = undefined;
  return why;
}

/** One look, and a renewal or a take-over where that is due. Throws when the API server does not do it. */
async function attempt(candidate: Candidate): Promise<undefined> {
  const { options, times } = candidate;
  const isLeading = candidate.renewedAt !== undefined;
  // A leader knows its Lease: only when another has written it, it looks.
  if (!isLeading || !candidate.lease) see(candidate, await readLease(options, requestMs(candidate)));
  if (!mayTake(candidate)) return;
  const beganAt = performance.now();
  const taken = await takeLease(options, candidate.lease, { durationMs: times.durationMs, timeoutMs: requestMs(candidate) });
  if (taken) {
    see(candidate, taken);
    candidate.renewedAt = beganAt;
  } else if (isLeading) see(candidate, await readLease(options, requestMs(candidate)));
  return;
}

/** Until a leader must have renewed, which no request may outlast; a candidate has time. */
function timeLeft({ renewedAt, times }: Candidate): number {
  return renewedAt === undefined ? times.renewWithinMs : renewedAt + times.renewWithinMs - performance.now();
}

function requestMs(candidate: Candidate): number {
  return Math.max(timeLeft(candidate), shortestRequestMs);
}

function see(candidate: Candidate, lease: Resource | undefined): void {
  const isNews = !lease || !candidate.lease || recordOf(lease) !== recordOf(candidate.lease);
  candidate.lease = lease;
  if (isNews) candidate.seenAt = performance.now();
}

function mayTake({ options, lease, seenAt }: Candidate): boolean {
  if (!lease) return true;
  const { holder, durationMs } = holdingOf(lease);
  return holder === '' || holder === options.identity || performance.now() - seenAt >= durationMs;
}

function holderBesides({ options, lease }: Candidate): string | undefined {
  const holder = lease && holdingOf(lease).holder;
  return holder === options.identity ? undefined : holder;
}
