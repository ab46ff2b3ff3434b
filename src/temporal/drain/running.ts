/** The runs of one task queue that run now, listed: each is looked at, so that none of another queue is among them. */
import type { SeenRunning } from '../../sidecar/observation.ts';
import type { Ask } from '../in-turn.ts';
import { timeOf } from '../time.ts';
import { type Named, runningOnAnyQuery, runningQuery, type Which } from './query.ts';

export interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

export interface Queue {
  readonly ask: Ask;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Can workflows be paused there? Known once there was a turn to ask. */
  readonly hasPause: () => boolean;
}

export function named({ taskQueue, hasPause }: Queue): Named {
  return { taskQueue, hasPause: hasPause() };
}

const pageSize = 1_000;

/** A run with what a person wants to know of it. */
export interface SeenRun extends Run {
  readonly workflowType: string;
  /** When it began to execute, in milliseconds since 1970. */
  readonly begunMs: number;
}

/** Page by page, so that who has enough asks for no more; the newest first. */
export async function* runningRuns(queue: Queue, which: Which = {}): AsyncGenerator<readonly Run[]> {
  for await (const page of seenRuns(queue, which)) yield page.map(({ workflowId, runId }) => ({ workflowId, runId }));
}

/** The same, with what a list tells of each. */
export async function* seenRuns(queue: Queue, which: Which = {}, size = pageSize): AsyncGenerator<readonly SeenRun[]> {
  const { ask, namespace, taskQueue } = queue;
  const query = () => runningQuery(named(queue), which);
  query();
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace, pageSize: size, ...(nextPageToken && { nextPageToken }) };
    const page = await ask('ListWorkflowExecutions', (to) => to.listWorkflowExecutions({ ...request, query: query() }));
    yield (page.executions ?? []).flatMap(({ execution, taskQueue: its, type, executionTime, startTime }) => {
      const { workflowId, runId } = execution ?? {};
      if (!workflowId || !runId || its !== taskQueue) return [];
      return [{ workflowId, runId, workflowType: type?.name ?? '', begunMs: timeOf(executionTime ?? startTime) }];
    });
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

export async function countRunning(queue: Queue, which: Which = {}): Promise<number> {
  return (await lookAtRunning(queue, which)).count;
}

/** The same, with when it was asked. */
export function lookAtRunning(queue: Queue, which: Which = {}): Promise<SeenRunning> {
  return countOf(queue, () => runningQuery(named(queue), which));
}

/** Throws before anything is asked where there can be no query. */
export async function countOf(queue: Queue, query: () => string): Promise<SeenRunning> {
  query();
  return counted(queue, query);
}

/** All that runs on any of the queues: those of one namespace with plain names, which are asked for when the turn comes. */
export function lookAtRunningOnAny(
  { ask, namespace, hasPause }: Omit<Queue, 'taskQueue'>,
  names: () => readonly string[],
): Promise<SeenRunning> {
  return counted({ ask, namespace }, () => runningOnAnyQuery(names(), hasPause()));
}

/** `askedAt`: when there was a turn for it, which may be long after it was wanted. */
async function counted({ ask, namespace }: Pick<Queue, 'ask' | 'namespace'>, query: () => string): Promise<SeenRunning> {
  let askedAt = '';
  const { count } = await ask('CountWorkflowExecutions', (to) => {
    askedAt = new Date().toISOString();
    return to.countWorkflowExecutions({ namespace, query: query() });
  });
  return { askedAt, count: Number(count) };
}
