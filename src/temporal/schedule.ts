/** When a task queue is asked about next. Pure. */
import { isUrgent, type Urgency } from '../sidecar/urgency.ts';

export interface Asked {
  readonly urgency: Urgency;
  /** Since when it has this urgency. */
  readonly urgentSinceMs: number;
  readonly nowMs: number;
  /** False: there was no answer yet. */
  readonly isAnswered: boolean;
  /** True: the last answer was news, and nobody has looked at it yet. */
  readonly isUnread: boolean;
  /** When the last of the pollers that are fresh stops to be; undefined: none is. */
  readonly staleAtMs: number | undefined;
  /** Since when none is fresh. */
  readonly idleSinceMs: number | undefined;
  /** So long it takes until news would be looked at: others wait before it. */
  readonly lookWaitMs: number;
  /** How many questions in a row failed. */
  readonly failures: number;
  /** The queue's own moment of each minute, between 0 and 1: so that a thousand are asked evenly, whatever brought them together. */
  readonly phase: number;
  /** Between 0 and 1. */
  readonly random: number;
}

const restMs = 60_000;
const settlingMs = 5_000;
const rollOutMs = 1_000;
/** More news of what nobody has come to yet would only take the time of whoever is to come to it: five thousand are through by then. */
const unreadMs = 180_000;
/** A roll-out that takes longer is looked at as seldom as what settles. */
const urgentForMs = 120_000;
/** In each twenty milliseconds that a trouble lasts, it is asked a millisecond later. */
const settlingDecay = 20;
/** Of the queues that are Ready when the sidecar starts. */
const firstWithinMs = 20_000;
/** Two questions at rest are so far apart. */
const restAtLeastMs = 20_000;
/** A worker that stopped polling is found so long after its entry went stale, or earlier. */
const staleForMs = 20_000;
const longestBackOffMs = 10_000;

export function nextAsk(asked: Asked): number {
  const { urgency, nowMs, failures, isAnswered, random } = asked;
  const jitter = 0.9 + random / 5;
  if (failures > 0) return nowMs + Math.max(Math.min(rollOutMs * 2 ** (failures - 1), longestBackOffMs), usualMs(asked) / 4) * jitter;
  if (urgency !== 'Rest') return nowMs + usualMs(asked) * jitter;
  return isAnswered ? nextAtRest(asked, jitter) : nowMs + firstWithinMs * random;
}

function usualMs({ urgency, urgentSinceMs, nowMs, isUnread }: Asked): number {
  const since = nowMs - urgentSinceMs;
  if (!isUrgent(urgency)) return restMs;
  if (isUnread) return unreadMs;
  if (urgency === 'RollOut' && since < urgentForMs) return rollOutMs;
  return Math.min(settlingMs + since / settlingDecay, restMs);
}

/**
 * Ready, and yet nobody polls: either the server forgot, or the workers are gone. Soon one knows. Otherwise nothing is asked for that would
 * only wait to be looked at: while thousands do, the questions would take the time that their statuses need.
 */
function nextAtRest({ nowMs, phase, staleAtMs, idleSinceMs, lookWaitMs }: Asked, jitter: number): number {
  if (idleSinceMs !== undefined && nowMs - idleSinceMs < urgentForMs) return nowMs + settlingMs * jitter;
  const earliest = nowMs + Math.max(restAtLeastMs, lookWaitMs);
  const slot = earliest + ((((phase * restMs - earliest) % restMs) + restMs) % restMs);
  return staleAtMs === undefined ? slot : Math.min(slot, Math.max(staleAtMs + staleForMs, nowMs + Math.max(settlingMs, lookWaitMs)));
}

/** After a server came back its queues are asked again, the urgent ones at once: it may have forgotten who polls. */
export function askAgain(urgency: Urgency, nowMs: number, random: number): number {
  return isUrgent(urgency) ? nowMs + 200 * random : nowMs + 2_000 + 28_000 * random;
}

/** A roll-out has begun: what was seen before it says nothing. */
export function firstOfRollOut(nowMs: number, random: number): number {
  return nowMs + 300 + 200 * random;
}

/**
 * Beside who polls, which each queue is asked once a minute, what else is asked is little: of a thousand Processes 35 questions a minute
 * altogether. So the more there are, the less often each of them.
 */
const activityBacklog = { leastMs: 60_000, eachMs: 2_400 };
const running = { leastMs: 300_000, eachMs: 6_000 };

/** How often a queue at rest is asked how many of its activities wait. */
export function activityBacklogEach(processes: number): number {
  return Math.max(activityBacklog.leastMs, activityBacklog.eachMs * processes);
}

/** How often a queue's running workflows are counted; the first time within `spreadMs`. */
export function runningEach(processes: number): { readonly intervalMs: number; readonly spreadMs: number } {
  const spreadMs = running.eachMs * processes;
  return { intervalMs: Math.max(running.leastMs, spreadMs), spreadMs };
}
