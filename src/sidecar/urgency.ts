/** How often Temporal is worth asking about a Process's queue: a new poller is no event, so who only looks seldom is late. Pure. */
import type { ProcessStatus } from '../process.ts';
import { wantedDrain } from './drain/wanted.ts';
import type { Observation } from './observation.ts';

type Condition = NonNullable<ProcessStatus['conditions']>[number];

/** The most urgent first. Unawaited: no pod runs that could poll, or the Process goes and nothing runs: nobody waits for the answer. */
export const urgencies = ['RollOut', 'Settling', 'Rest', 'Unawaited'] as const;

export type Urgency = (typeof urgencies)[number];

/** Somebody waits for the answer. */
export function isUrgent(urgency: Urgency): boolean {
  return urgency === 'RollOut' || urgency === 'Settling';
}

const rollingOut: ReadonlySet<string | undefined> = new Set(['RollingOut', 'WaitingForPollers', 'NotLookedYet']);

/**
 * Of the stable workers and of a canary, whoever needs it more. A roll-out whose pods do not run yet has nobody to wait for; a Process that
 * is being deleted, and on whose queue nothing runs, waits for nobody.
 */
export function urgencyOf({ conditions = [], drain }: ProcessStatus, { process, pods }: Pick<Observation, 'process' | 'pods'>): Urgency {
  if (wantedDrain(process) === 'Deletion' && drain?.remaining === 0 && (drain.zeros ?? 0) > 0) return 'Unawaited';
  const workers = conditions.find(({ type }) => type === 'WorkersReady');
  const canary = conditions.find(({ type }) => type === 'CanaryReady');
  const both = [ofTrack(workers), ...(canary ? [ofTrack(canary)] : [])];
  const urgency = urgencies.find((one) => both.includes(one))!;
  return urgency === 'RollOut' && !pods.some(({ runningSince }) => runningSince !== undefined) ? 'Unawaited' : urgency;
}

function ofTrack(condition: Condition | undefined): Urgency {
  if (condition?.status === 'True') return 'Rest';
  if (condition?.reason === 'NotRendered') return 'Unawaited';
  return rollingOut.has(condition?.reason) ? 'RollOut' : 'Settling';
}
