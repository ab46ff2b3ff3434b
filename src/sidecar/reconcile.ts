/** The second arrow, for one Process: observe → decide → patch. */
import { isObject } from '../resource.ts';
import { decide } from './decide.ts';
import type { Observation } from './observation.ts';
import { observe, type World } from './observe.ts';
import type { Patch } from './patch.ts';
import { livePollers } from './pollers.ts';
import { transitions } from './transitions.ts';
import { urgencyOf } from './urgency.ts';
import { isWritten } from './written-status.ts';

/** Gives after how many milliseconds time alone may change the verdict. Throws when the status could not be written. */
export async function reconcile(key: string, world: World, patch: Patch): Promise<number | undefined> {
  const seen = observe(key, world);
  if (!seen) return;
  const early = world.firstLooks.wait(key, seen);
  if (early > 0) return early;
  const { status, recheckAfterMs, retainedToAsk } = decide(seen);
  world.temporal.setUrgency(key, urgencyOf(status), countsActivities(seen));
  world.temporal.setRetained(key, retainedToAsk);
  const before = seen.process.status;
  if (!isWritten(before, status)) await patch(seen.process, status, transitions(isObject(before) ? before : {}, status));
  return recheckAfterMs;
}

function countsActivities({ temporal, pods }: Observation): boolean {
  const live = temporal?.queue && livePollers(temporal.queue, pods);
  return live !== undefined && live.kind === 'activity' && live.pollers.length > 0;
}
