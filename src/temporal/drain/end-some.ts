/** Cancels or terminates workflows of a task queue one by one, where batches are not to be had. */
import { randomUUID } from 'node:crypto';
import { concurrencyLimit } from '../../definition/concurrency-limit.ts';
import { tool } from '../../names.ts';
import type { BatchJob, DrainPort } from './drain-port.ts';
import { unlessGone } from './gone.ts';
import type { LookForLateStarters } from './late-starters.ts';
import { type Queue, type Run, runningRuns } from './running.ts';

const endedAtATime = 8;

export function endSome(queue: Queue, lookForLate: LookForLateStarters): DrainPort['endSome'] {
  // Who was asked to cancel may run on for long: the next ones are asked first. Forgotten, they are only asked again.
  const asked = new Set<string>();
  return async ({ operation, reason, startedAfter }, limit) => {
    const isNext = ({ runId }: Run) => operation === 'Terminate' || !asked.has(runId);
    const all = startedAfter === undefined ? runningRuns(queue) : [(await lookForLate(startedAfter)).late];
    const found: Run[] = [];
    for await (const page of all) {
      found.push(...page.filter(isNext));
      if (found.length >= limit) break;
    }
    const atATime = concurrencyLimit(endedAtATime);
    const endNext = async (run: Run) => {
      if (!(await endOne(queue, run, { operation, reason }))) return 0;
      if (operation === 'Cancel') asked.add(run.runId);
      return 1;
    };
    const ended = await Promise.all(found.slice(0, limit).map((run) => atATime(() => endNext(run))));
    return ended.reduce<number>((sum, one) => sum + one, 0);
  };
}

/** Cancels or terminates it; false: it was gone. Throws a TemporalError. */
export async function endOne(queue: Queue, { workflowId, runId }: Run, { operation, reason }: Pick<BatchJob, 'operation' | 'reason'>) {
  const end = operation === 'Cancel' ? cancel : terminate;
  return (await unlessGone(() => end(queue, { workflowId, runId }, reason))) !== undefined;
}

function cancel({ ask, namespace }: Queue, workflowExecution: Run, reason: string): Promise<object> {
  const request = { namespace, workflowExecution, reason, identity: tool, requestId: randomUUID() };
  return ask('RequestCancelWorkflowExecution', (to) => to.requestCancelWorkflowExecution(request));
}

function terminate({ ask, namespace }: Queue, workflowExecution: Run, reason: string): Promise<object> {
  const request = { namespace, workflowExecution, reason, identity: tool };
  return ask('TerminateWorkflowExecution', (to) => to.terminateWorkflowExecution(request));
}
