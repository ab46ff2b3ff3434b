/** How often Temporal is worth asking about a Process's queue: a new poller is no event, so who only looks seldom is late. Pure. */
import type { ProcessStatus } from '../process.ts';

type Condition = NonNullable<ProcessStatus['conditions']>[number];

/** The most urgent first. NoWorkers: there is no Deployment, so that no answer changes a verdict. */
export const urgencies = ['RollOut', 'Settling', 'Rest', 'NoWorkers'] as const;

export type Urgency = (typeof urgencies)[number];

/** Somebody waits for the answer. */
export function isUrgent(urgency: Urgency): boolean {
  return urgency === 'RollOut' || urgency === 'Settling';
}

const rollingOut: ReadonlySet<string | undefined> = new Set(['RollingOut', 'WaitingForPollers', 'NotLookedYet']);

/** Of the stable workers and of a canary, whoever needs it more. */
export function urgencyOf({ conditions = [] }: ProcessStatus): Urgency {
  const workers = conditions.find(({ type }) => type === 'WorkersReady');
  const canary = conditions.find(({ type }) => type === 'CanaryReady');
  const both = [ofTrack(workers), ...(canary ? [ofTrack(canary)] : [])];
  return urgencies.find((urgency) => both.includes(urgency))!;
}

function ofTrack(condition: Condition | undefined): Urgency {
  if (condition?.status === 'True') return 'Rest';
  if (condition?.reason === 'NotRendered') return 'NoWorkers';
  return rollingOut.has(condition?.reason) ? 'RollOut' : 'Settling';
}
