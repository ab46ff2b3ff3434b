/** The second arrow, for one Process: observe → decide → patch → act. */
import { isObject, valueAt } from '../resource.ts';
import { decide } from './decide.ts';
import type { Effect } from './drain/drain.ts';
import type { Observation } from './observation.ts';
import { observe, type World } from './observe.ts';
import type { Patch } from './patch.ts';
import { livePollers } from './pollers.ts';
import { transitions } from './transitions.ts';
import { urgencyOf } from './urgency.ts';
import { isWritten } from './written-status.ts';

export interface Hands {
  readonly patch: Patch;
  /** Does what a drain wants of this Process (`namespace/name`). */
  readonly act: (key: string, effects: readonly Effect[]) => Promise<void>;
}

/** Gives after how many milliseconds time alone may change the verdict. Throws when the status could not be written. */
export async function reconcile(key: string, world: World, { patch, act }: Hands): Promise<number | undefined> {
  const first = observe(key, world);
  if (!first) return;
  const early = world.firstLooks.wait(key, first);
  if (early > 0) return early;
  const seen = await prepared(key, first, world);
  if (!seen) return;
  const { status, recheckAfterMs, retainedToAsk, effects = [] } = decide(seen);
  world.temporal.setUrgency(key, urgencyOf(status, seen), countsActivities(seen));
  world.temporal.setRetained(key, retainedToAsk);
  const before = seen.process.status;
  const turned = () => transitions(isObject(before) ? before : {}, status);
  // Only what the status says is done: who finds it after a crash knows what was begun.
  if (isWritten(before, status) || (await patch(seen.process, status, turned()))) await act(key, effects);
  return recheckAfterMs;
}

/** The guard comes before anything else: from the moment that a Process may be deleted, it should be held. A drain looks for itself. */
async function prepared(key: string, first: Observation, world: World): Promise<Observation | undefined> {
  const isGuarded = await world.guards.putOn(first);
  const drain = await world.drains.look(key, first.process);
  if (!isGuarded && !drain) return first;
  const seen = observe(key, world);
  if (!seen || !drain) return seen;
  // Another one of that name, made meanwhile, has a queue of its own; the watch has told of it.
  return uidOf(seen) === uidOf(first) ? { ...seen, drain } : undefined;
}

function uidOf({ process }: Observation): unknown {
  return valueAt(process, 'metadata', 'uid');
}

function countsActivities({ temporal, pods }: Observation): boolean {
  const live = temporal?.queue && livePollers(temporal.queue, pods);
  return live !== undefined && live.kind === 'activity' && live.pollers.length > 0;
}
