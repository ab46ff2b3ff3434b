/** The runs of one task queue that run now, listed: each is looked at, so that none of another queue is among them. */
import type { Ask } from '../in-turn.ts';
import { runningQuery, type Which } from './query.ts';

export interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

export interface Queue {
  readonly ask: Ask;
  readonly namespace: string;
  readonly taskQueue: string;
}

const pageSize = 1_000;

/** Page by page, so that who has enough asks for no more. */
export async function* runningRuns({ ask, namespace, taskQueue }: Queue, which: Which = {}): AsyncGenerator<readonly Run[]> {
  const query = runningQuery(taskQueue, which);
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace, query, pageSize, ...(nextPageToken && { nextPageToken }) };
    const page = await ask('ListWorkflowExecutions', (to) => to.listWorkflowExecutions(request));
    yield (page.executions ?? []).flatMap(({ execution, taskQueue: its }) => {
      const { workflowId, runId } = execution ?? {};
      return workflowId && runId && its === taskQueue ? [{ workflowId, runId }] : [];
    });
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

export async function countRunning({ ask, namespace, taskQueue }: Queue, which: Which = {}): Promise<number> {
  const query = runningQuery(taskQueue, which);
  const { count } = await ask('CountWorkflowExecutions', (to) => to.countWorkflowExecutions({ namespace, query }));
  return Number(count);
}
