/** Starts a process as the worker contract wants it: the checksum as input, for the workflow, and as search attribute, to be counted by. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { checksumAttribute, type ProcessInput } from './process-contract.ts';
import type { runProcess } from './workflows.ts';

export interface StartOptions extends ProcessInput {
  /** Names the business case, so that it is started once: `l2o-lead-4711`. */
  readonly workflowId: string;
  readonly taskQueue: string;
}

/** Without a checksum the worker takes the definition that is current and records it itself. */
export function startProcess(
  client: Client,
  { workflowId, taskQueue, checksum }: StartOptions,
): Promise<WorkflowHandle<typeof runProcess>> {
  return client.workflow.start<typeof runProcess>('runProcess', {
    workflowId,
    taskQueue,
    args: checksum ? [{ checksum }] : [],
    ...(checksum && { typedSearchAttributes: [{ key: checksumAttribute, value: checksum }] }),
  });
}
