/** What an answer about a queue says beyond the one before it. Pure. */
import type { SeenPoller, SeenQueue } from '../sidecar/observation.ts';
import { freshMs } from '../sidecar/timing.ts';

/** Is it worth a decision? What always moves (access times of workers that poll) is not. */
export function isNews(before: SeenQueue | undefined, now: SeenQueue, isSettled: boolean): boolean {
  if (!before || before.currentVersion !== now.currentVersion) return true;
  const sign = isSettled ? signOfSettled : signOfMoving;
  const signOf = (queue: SeenQueue) => `${sign(queue.workflowPollers, queue)}\n\n${sign(queue.activityPollers ?? [], queue)}`;
  return signOf(before) !== signOf(now);
}

function signOfSettled(pollers: readonly SeenPoller[], { askedAt }: SeenQueue): string {
  return sorted(pollers.map(({ identity, version, lastAccess }) => `${identity} ${version ?? ''} ${isFresh(lastAccess, askedAt)}`));
}

/** While something is awaited, each new poll may be it: of the container that was started anew, say. */
function signOfMoving(pollers: readonly SeenPoller[], queue: SeenQueue): string {
  return sorted(pollers.map(({ lastAccess, identity }) => `${identity} ${lastAccess}`)) + signOfSettled(pollers, queue);
}

export function isFresh(lastAccess: string, askedAt: string): boolean {
  return Date.parse(askedAt) - Date.parse(lastAccess) <= freshMs;
}

/** When the last of the pollers that are fresh no longer will be, unless it polls again; undefined: none is. */
export function staleAt({ workflowPollers, activityPollers = [], askedAt }: SeenQueue): number | undefined {
  const times = [...workflowPollers, ...activityPollers]
    .filter(({ lastAccess }) => isFresh(lastAccess, askedAt))
    .map(({ lastAccess }) => Date.parse(lastAccess) + freshMs);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

/** Entries are kept for 300 s. When all are gone that are not nearly so old, the node that kept them is gone. */
const surelyKeptMs = 150_000;

export function hasForgotten(before: SeenQueue | undefined, now: SeenQueue): boolean {
  const young = (before?.workflowPollers ?? []).filter(({ lastAccess }) => Date.parse(now.askedAt) - Date.parse(lastAccess) < surelyKeptMs);
  return young.length > 0 && now.workflowPollers.length === 0;
}

function sorted(lines: readonly string[]): string {
  return [...lines].sort().join('\n');
}
