/** A drain's port to a real Temporal, workflows for it to find, and workers of a few lines that do with them what a test needs. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { DrainPort } from '../../src/temporal/drain/drain-port.ts';
import { until } from '../testbed/until.ts';
import { subjectFor, type Watching, watching } from './watching.ts';

export type Service = Connection['workflowService'];
type StartRequest = Parameters<Service['startWorkflowExecution']>[0];

export const namespace = 'sales';

export interface Draining extends Watching {
  readonly port: DrainPort;
  /** Everything that the port does not do. */
  readonly service: Service;
}

/** Does the work with the port for a queue that is watched; closed afterwards. */
export async function draining<T>(address: string, taskQueue: string, work: (draining: Draining) => Promise<T>): Promise<T> {
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    return await watching(async (all) => {
      all.watch.set(subjectFor(address, { namespace, taskQueue }));
      await all.whenSeen('sales/l2o', ({ queue }) => queue !== undefined);
      return work({ ...all, port: all.watch.drainPort('sales/l2o')!, service: connection.workflowService });
    });
  } finally {
    await connection.close();
  }
}

/** Gives its workflow and run ids. */
export async function start(service: Service, taskQueue: string, more: Partial<StartRequest> = {}) {
  const workflowId = randomUUID();
  const request = {
    namespace,
    workflowId,
    workflowType: { name: 'any' },
    taskQueue: { name: taskQueue },
    requestId: randomUUID(),
    ...more,
  };
  const { runId } = await service.startWorkflowExecution(request);
  return { workflowId: request.workflowId ?? workflowId, runId };
}

export async function startMany(service: Service, taskQueue: string, count: number): Promise<void> {
  for (let begun = 0; begun < count; begun += 10) {
    await Promise.all(Array.from({ length: Math.min(10, count - begun) }, () => start(service, taskQueue)));
  }
}

/** Visibility follows a moment later. */
export async function untilCount(port: DrainPort, count: number, what?: Parameters<DrainPort['count']>[0], limitMs = 15_000) {
  const look = async () => (what ? port.count(what) : (await port.running()).count);
  const isSo = (seen: number) => seen === count;
  await until({ what: `a count of ${count} with ${JSON.stringify(what)}`, look, isSo, limitMs });
}

/** How many run on a queue, asked without the port. */
export async function running(service: Service, taskQueue: string): Promise<number> {
  const query = `TaskQueue='${taskQueue}' AND ExecutionStatus='Running'`;
  return Number((await service.countWorkflowExecutions({ namespace, query })).count);
}

export type Task = Awaited<ReturnType<Service['pollWorkflowTaskQueue']>>;
export type Commands = NonNullable<Parameters<Service['respondWorkflowTaskCompleted']>[0]['commands']>;

/** The kinds of commands with which a workflow task is answered. */
export const command = { complete: 4, cancel: 7, continueAsNew: 10, startChild: 11 } as const;

/** Did somebody ask the workflow to cancel? */
export function isCancelRequested({ history }: Task): boolean {
  return (history?.events ?? []).some((event) => event.workflowExecutionCancelRequestedEventAttributes);
}

interface Work<T> {
  readonly decide: (task: Task) => Commands | Promise<Commands>;
  readonly work: () => Promise<T>;
  readonly namespace?: string;
}

/** Answers the queue's workflow tasks while the work goes on. No commands: the workflow goes on waiting. */
export async function withWorker<T>(address: string, taskQueue: string, { decide, work, namespace: its = namespace }: Work<T>): Promise<T> {
  const connection = Connection.lazy({ address, interceptors: [] });
  const { workflowService: service } = connection;
  const stopping = new AbortController();
  const request = { namespace: its, taskQueue: { name: taskQueue }, identity: 'a worker of the test' };
  const poll = () => connection.withDeadline(Date.now() + 60_000, () => service.pollWorkflowTaskQueue(request));
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const task = await connection.withAbortSignal(stopping.signal, poll).catch(() => undefined);
      if (!task) await delay(100);
      if (!task?.taskToken?.length) continue;
      // The workflow may have been ended meanwhile.
      const answer = { taskToken: task.taskToken, namespace: its, commands: await decide(task) };
      await service.respondWorkflowTaskCompleted(answer).catch(() => {});
    }
  };
  const loops = [loop(), loop(), loop()];
  try {
    return await work();
  } finally {
    stopping.abort();
    await Promise.all(loops);
    await connection.close();
  }
}
