/** Whether an answer about a queue is worth a decision: what always moves (access times of workers that poll) is not. Pure. */
import type { SeenPoller, SeenQueue } from '../sidecar/observation.ts';
import { freshMs } from '../sidecar/timing.ts';

export function isNews(before: SeenQueue | undefined, now: SeenQueue, isSettled: boolean): boolean {
  if (!before || before.currentVersion !== now.currentVersion) return true;
  const sign = isSettled ? signOfSettled : signOfMoving;
  const signOf = (queue: SeenQueue) =>
    [queue.workflowPollers, queue.activityPollers ?? []].map((pollers) => sign(pollers, queue)).join('\n\n');
  return signOf(before) !== signOf(now);
}

function signOfSettled(pollers: readonly SeenPoller[], { askedAt }: SeenQueue): string {
  return sorted(pollers.map(({ identity, version, lastAccess }) => `${identity} ${version ?? ''} ${isFresh(lastAccess, askedAt)}`));
}

/** While something is awaited, each new poll may be it. */
function signOfMoving(pollers: readonly SeenPoller[], queue: SeenQueue): string {
  return sorted(pollers.map(({ lastAccess, identity }) => `${identity} ${lastAccess}`)) + signOfSettled(pollers, queue);
}

export function isFresh(lastAccess: string, askedAt: string): boolean {
  return Date.parse(askedAt) - Date.parse(lastAccess) <= freshMs;
}

/** When the first poller that is fresh now will no longer be, unless it polls again; undefined: none is. */
export function staleAt({ workflowPollers, activityPollers = [], askedAt }: SeenQueue): number | undefined {
  const times = [...workflowPollers, ...activityPollers]
    .filter(({ lastAccess }) => isFresh(lastAccess, askedAt))
    .map(({ lastAccess }) => Date.parse(lastAccess) + freshMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function sorted(lines: readonly string[]): string {
  return [...lines].sort().join('\n');
}
