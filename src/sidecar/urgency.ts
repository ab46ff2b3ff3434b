/** How often Temporal is worth asking about a Process's queue: a new poller is no event, so who only looks seldom is late. Pure. */
import type { ProcessStatus } from '../process.ts';

export type Urgency = 'RollOut' | 'Settling' | 'Rest';

const rollingOut: ReadonlySet<string | undefined> = new Set(['RollingOut', 'WaitingForPollers', 'NotLookedYet']);

export function urgencyOf({ conditions = [] }: ProcessStatus): Urgency {
  const workers = conditions.find(({ type }) => type === 'WorkersReady');
  if (workers?.status === 'True') return 'Rest';
  return rollingOut.has(workers?.reason) ? 'RollOut' : 'Settling';
}
