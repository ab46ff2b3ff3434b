/** Batch operations over the running workflows of one task queue. A batch is asked for once, and then goes on in the server. */
import { tool } from '../../names.ts';
import { grpcStatus, TemporalError } from '../failure.ts';
import type { BatchJob, DrainPort, SeenBatch } from './drain-port.ts';
import { unlessGone } from './gone.ts';
import type { LookForLateStarters } from './late-starters.ts';
import { confusedQuery, emptyQuery, runningQuery } from './query.ts';
import { countOf, named, type Queue, type Run, runningRuns } from './running.ts';

/** The server's limit for executions that are named. */
const mostNamed = 1_000;

export async function startBatch(queue: Queue, job: BatchJob, lookForLate: LookForLateStarters): ReturnType<DrainPort['startBatch']> {
  const { ask, namespace } = queue;
  const { jobId, reason, operation } = job;
  const what = operation === 'Cancel' ? { cancellationOperation: { identity: tool } } : { terminationOperation: { identity: tool } };
  const request = { namespace, jobId, reason, ...what, ...(await targets(queue, job, lookForLate)) };
  try {
    await ask('StartBatchOperation', (to) => to.startBatchOperation(request));
    return 'Started';
  } catch (error) {
    if (!(error instanceof TemporalError)) throw error;
    if (error.answered.code === grpcStatus.alreadyExists) return 'Exists';
    // A server that runs as many as it may does not look whether this is one of them.
    if (error.answered.isConcurrencyLimit) return (await describeBatch(queue, jobId)) ? 'Exists' : 'Busy';
    if (error.kind === 'Forbidden' || error.kind === 'Unsupported') return 'Refused';
    throw error;
  }
}

type Targets = { readonly visibilityQuery: string } | { readonly executions: Run[] };

/** By a query where that finds exactly what is meant, else by name; those that are too many are for the next job. */
async function targets(queue: Queue, { startedAfter }: BatchJob, lookForLate: LookForLateStarters): Promise<Targets> {
  if (startedAfter === undefined && !(await confusesQueues(queue))) return { visibilityQuery: runningQuery(named(queue)) };
  const runs = startedAfter === undefined ? await firstRuns(queue) : (await lookForLate(startedAfter)).late;
  return runs.length === 0 ? { visibilityQuery: emptyQuery(named(queue)) } : { executions: runs.slice(0, mostNamed) };
}

async function confusesQueues(queue: Queue): Promise<boolean> {
  if (confusedQuery(named(queue)) === undefined) return false;
  return (await countOf(queue, () => confusedQuery(named(queue))!)).count > 0;
}

async function firstRuns(queue: Queue): Promise<Run[]> {
  const found: Run[] = [];
  for await (const page of runningRuns(queue)) {
    found.push(...page);
    if (found.length >= mostNamed) break;
  }
  return found;
}

const [running, completed] = [1, 2];

export async function describeBatch({ ask, namespace }: Queue, jobId: string): Promise<SeenBatch | undefined> {
  const found = await unlessGone(() => ask('DescribeBatchOperation', (to) => to.describeBatchOperation({ namespace, jobId })));
  if (!found) return;
  const { state, totalOperationCount, completeOperationCount, failureOperationCount } = found;
  return {
    state: state === running ? 'Running' : state === completed ? 'Completed' : 'Failed',
    total: Number(totalOperationCount),
    done: Number(completeOperationCount),
    failed: Number(failureOperationCount),
  };
}
