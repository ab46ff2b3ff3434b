/** Ends running workflows of one task queue that are too old: so many at most, some at a time, and only while it is sure that nobody else needs them. */

import { concurrencyLimit } from '../definition/concurrency-limit.ts';
import type { Problem } from '../problem.ts';
import type { BatchJob } from '../temporal/drain/drain-port.ts';
import { endOne } from '../temporal/drain/end-some.ts';
import { unlessGone } from '../temporal/drain/gone.ts';
import type { Which } from '../temporal/drain/query.ts';
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
  /** Told of each at once, whatever becomes of those after it; of a dry run of each that would be ended. */
  readonly onEnded: (run: SeenRun) => Promise<void>;
  /** Then it begins with no other one. */
  readonly signal: AbortSignal;
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
  /** Its signal stopped it. */
  readonly isInterrupted?: boolean;
  /** What was thrown when some may have been ended. */
  readonly failure?: unknown;
}

type Tally = { -readonly [Key in 'found' | 'askedBefore']: Swept[Key] } & { readonly ended: SeenRun[] };

const pageSize = 100;
const atATime = 8;
/** Who does not heed a cancellation is passed over: so many at most, for each that is ended. */
const lookedForEach = 10;

/** `refuse` is asked before each page. Throws a TemporalError before anything is ended; what fails later stands beside what was ended. */
export async function sweepQueue(queue: Queue, job: SweepJob, refuse: () => Promise<Problem | undefined>): Promise<Swept> {
  const refusal = await refuse();
  const tally: Tally = { found: await countRunning(queue, whichOf(job)), ended: [], askedBefore: 0 };
  if (refusal || tally.found === 0) return { ...tally, ...(refusal && { refusal }) };
  try {
    const late = await sweepPages(queue, job, refuse, tally);
    return { ...tally, ...(late && { refusal: late }), isInterrupted: job.signal.aborted };
  } catch (failure) {
    return { ...tally, ...(job.signal.aborted ? { isInterrupted: true } : { failure }) };
  }
}

function whichOf({ begunThrough, workflowType }: SweepJob): Which {
  return { begunThrough, ...(workflowType !== undefined && { workflowType }) };
}

/** Gives why it stopped early. */
async function sweepPages(
  queue: Queue,
  job: SweepJob,
  refuse: () => Promise<Problem | undefined>,
  tally: Tally,
): Promise<Problem | undefined> {
  const { operation, limit, signal } = job;
  let looked = 0;
  for await (const page of seenRuns(queue, whichOf(job), pageSize)) {
    const late = looked > 0 ? await refuse() : undefined;
    if (late) return late;
    looked += page.length;
    const next = operation === 'Cancel' ? await notAsked(queue, page, signal) : page;
    tally.askedBefore += page.length - next.length;
    await endAll(queue, next.slice(0, limit - tally.ended.length), job, tally);
    if (signal.aborted || tally.ended.length >= limit || looked >= lookedForEach * limit) return;
  }
  return;
}

/** After a failure none begins, and those under way are waited for: what is ended is known when it throws. */
async function endAll(queue: Queue, runs: readonly SeenRun[], job: SweepJob, { ended }: Tally): Promise<void> {
  const inTurn = concurrencyLimit(atATime);
  const failures: unknown[] = [];
  const endNext = async (run: SeenRun) => {
    if (job.signal.aborted || failures.length > 0) return;
    try {
      if (!job.dryRun && !(await endOne(queue, run, job))) return;
      ended.push(run);
      await job.onEnded(run);
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(runs.map((run) => inTurn(() => endNext(run))));
  if (failures.length > 0) throw failures[0];
}

/** Lists do not tell whether a workflow was asked to cancel. */
async function notAsked(queue: Queue, page: readonly SeenRun[], signal: AbortSignal): Promise<SeenRun[]> {
  const inTurn = concurrencyLimit(atATime);
  const look = async (run: SeenRun) => !signal.aborted && (await isAsked(queue, run));
  const asked = await Promise.all(page.map((run) => inTurn(() => look(run))));
  return page.filter((_, at) => !asked[at]);
}

async function isAsked({ ask, namespace }: Queue, { workflowId, runId }: SeenRun): Promise<boolean> {
  const request = { namespace, execution: { workflowId, runId } };
  const answer = await unlessGone(() => ask('DescribeWorkflowExecution', (to) => to.describeWorkflowExecution(request)));
  return answer?.workflowExtendedInfo?.cancelRequested ?? false;
}

/** How many that were too old were neither ended nor asked to end. */
export function remaining({ found, ended, askedBefore }: Swept): number {
  return Math.max(found - ended.length - askedBefore, 0);
}
