/** How often Temporal is worth asking about a Process's queue: a new poller is no event, so who only looks seldom is late. Pure. */
import type { ProcessStatus } from '../process.ts';

type Condition = NonNullable<ProcessStatus['conditions']>[number];

export type Urgency = 'RollOut' | 'Settling' | 'Rest';

const rollingOut: ReadonlySet<string | undefined> = new Set(['RollingOut', 'WaitingForPollers', 'NotLookedYet']);

/** Of the stable workers and of a canary, whoever needs it more. */
export function urgencyOf({ conditions = [] }: ProcessStatus): Urgency {
  const workers = conditions.find(({ type }) => type === 'WorkersReady');
  const canary = conditions.find(({ type }) => type === 'CanaryReady');
  const both = [ofTrack(workers), ...(canary ? [ofTrack(canary)] : [])];
  return (['RollOut', 'Settling'] as const).find((urgency) => both.includes(urgency)) ?? 'Rest';
}

function ofTrack(condition: Condition | undefined): Urgency {
  if (condition?.status === 'True') return 'Rest';
  return rollingOut.has(condition?.reason) ? 'RollOut' : 'Settling';
}
