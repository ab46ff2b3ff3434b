/** A worker as Temporal sees it, without a worker: one long poll after the other on a task queue, under a pod's identity. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';

export interface Poller {
  readonly namespace: string;
  readonly taskQueue: string;
  /** `1@<pod>`: what an SDK's worker in that pod calls itself. */
  readonly identity: string;
}

/** A little more than the server holds a poll. */
const deadlineMs = 70_000;

/** Polls until `isOver`. No workflow is ever started on these queues, so that no task is ever lost. */
export async function poll(
  connection: Connection,
  { namespace, taskQueue, identity }: Poller,
  onFailure: (error: unknown) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  const request = { namespace, taskQueue: { name: taskQueue }, identity };
  while (!isOver()) {
    try {
      await connection.withDeadline(Date.now() + deadlineMs, () => connection.workflowService.pollWorkflowTaskQueue(request));
    } catch (error) {
      if (isOver()) return;
      onFailure(error);
      await delay(1000);
    }
  }
}
