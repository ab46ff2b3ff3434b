/** Ends running workflows of one task queue that are too old: so many at most, some at a time, and only while it is sure that nobody else needs them. */

import { concurrencyLimit } from '../definition/concurrency-limit.ts';
import type { Problem } from '../problem.ts';
import type { BatchJob } from '../temporal/drain/drain-port.ts';
import { endRuns } from '../temporal/drain/end-some.ts';
import { unlessGone } from '../temporal/drain/gone.ts';
import { countRunning, type Queue, type SeenRun, seenRuns } from '../temporal/drain/running.ts';

export interface SweepJob {
  readonly operation: BatchJob['operation'];
  readonly reason: string;
  /** ISO 8601: those that began until then. */
  readonly begunThrough: string;
  readonly workflowType?: string;
  /** Of workflows that are ended. */
  readonly limit: number;
  readonly dryRun: boolean;
}

export interface Swept {
  /** How many were too old. */
  readonly found: number;
  /** Those that were ended, or would be. */
  readonly ended: readonly SeenRun[];
  /** Those that were asked to cancel by an earlier run, and still run. */
  readonly askedBefore: number;
  /** Why it stopped before the limit. */
  readonly refusal?: Problem;
}

const pageSize = 100;
const lookedAtATime = 8;
/** Who does not heed a cancellation is passed over: so many at most, for each that is ended. */
const lookedForEach = 10;

/** `refuse` is asked before each page. Throws a TemporalError; what was ended until then is ended. */
export async function sweepQueue(queue: Queue, job: SweepJob, refuse: () => Promise<Problem | undefined>): Promise<Swept> {
  const { begunThrough, workflowType, operation, reason, limit } = job;
  const which = { begunThrough, ...(workflowType !== undefined && { workflowType }) };
  const refusal = await refuse();
  const found = await countRunning(queue, which);
  if (refusal || found === 0) return { found, ended: [], askedBefore: 0, ...(refusal && { refusal }) };
  const ended: SeenRun[] = [];
  let [askedBefore, looked] = [0, 0];
  for await (const page of seenRuns(queue, which, pageSize)) {
    const late = looked > 0 ? await refuse() : undefined;
    if (late) return { found, ended, askedBefore, refusal: late };
    looked += page.length;
    const next = operation === 'Cancel' ? await notAsked(queue, page) : page;
    askedBefore += page.length - next.length;
    const chosen = next.slice(0, limit - ended.length);
    const runs = new Map(chosen.map((run) => [run.runId, run]));
    if (job.dryRun) ended.push(...chosen);
    else await endRuns(queue, chosen, { operation, reason, onEnded: ({ runId }) => ended.push(runs.get(runId)!) });
    if (ended.length >= limit || looked >= lookedForEach * limit) break;
  }
  return { found, ended, askedBefore };
}

/** Lists do not tell whether a workflow was asked to cancel. */
async function notAsked(queue: Queue, page: readonly SeenRun[]): Promise<SeenRun[]> {
  const atATime = concurrencyLimit(lookedAtATime);
  const asked = await Promise.all(page.map((run) => atATime(() => isAsked(queue, run))));
  return page.filter((_, at) => !asked[at]);
}

async function isAsked({ ask, namespace }: Queue, { workflowId, runId }: SeenRun): Promise<boolean> {
  const request = { namespace, execution: { workflowId, runId } };
  const answer = await unlessGone(() => ask('DescribeWorkflowExecution', (to) => to.describeWorkflowExecution(request)));
  return answer?.workflowExtendedInfo?.cancelRequested ?? false;
}

/** What the sweep ended, or why it did not, as an Event and a table tell it. */
export function remaining({ found, ended, askedBefore }: Swept): number {
  return Math.max(found - ended.length - askedBefore, 0);
}
