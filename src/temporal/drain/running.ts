/** The runs of one task queue that run now, listed: each is looked at, so that none of another queue is among them. */
import type { Ask } from '../in-turn.ts';
import { type Named, runningQuery, type Which } from './query.ts';

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

/** Page by page, so that who has enough asks for no more. */
export async function* runningRuns(queue: Queue, which: Which = {}): AsyncGenerator<readonly Run[]> {
  const { ask, namespace, taskQueue } = queue;
  const query = () => runningQuery(named(queue), which);
  query();
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace, pageSize, ...(nextPageToken && { nextPageToken }) };
    const page = await ask('ListWorkflowExecutions', (to) => to.listWorkflowExecutions({ ...request, query: query() }));
    yield (page.executions ?? []).flatMap(({ execution, taskQueue: its }) => {
      const { workflowId, runId } = execution ?? {};
      return workflowId && runId && its === taskQueue ? [{ workflowId, runId }] : [];
    });
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

export function countRunning(queue: Queue, which: Which = {}): Promise<number> {
  return countOf(queue, () => runningQuery(named(queue), which));
}

/** Throws before anything is asked where there can be no query. */
export async function countOf({ ask, namespace }: Queue, query: () => string): Promise<number> {
  query();
  const { count } = await ask('CountWorkflowExecutions', (to) => to.countWorkflowExecutions({ namespace, query: query() }));
  return Number(count);
}
