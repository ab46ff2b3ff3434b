/** What became of a workflow that does not end: its history, what it waits for, and who polls its queue, each with its time. */
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';

type Time = { readonly seconds?: { toNumber(): number } | number | null; readonly nanos?: number | null } | null | undefined;

/** One line each, to be read below the failure of a test. */
export async function storyOf({ connection, workflowService, options }: Client, workflowId: string): Promise<string> {
  const { namespace } = options;
  const execution = { workflowId };
  const [described, { history }] = await Promise.all([
    connection.workflowService.describeWorkflowExecution({ namespace, execution }),
    workflowService.getWorkflowExecutionHistory({ namespace, execution }),
  ]);
  const name = described.executionConfig?.taskQueue?.name ?? '';
  const queues = await Promise.all(
    [1, 2].map((taskQueueType) => workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType })),
  );
  return [
    `${workflowId}:`,
    ...(history?.events ?? []).map(lineOf),
    `pending activities ${JSON.stringify(described.pendingActivities ?? [])}`,
    `pending workflow task ${JSON.stringify(described.pendingWorkflowTask ?? null)}`,
    ...queues.map(({ pollers }, index) => `${index === 0 ? 'workflow' : 'activity'} pollers ${JSON.stringify(pollers)}`),
  ].join('\n  ');
}

function lineOf({ eventId, eventTime, eventType, ...attributes }: temporal.api.history.v1.IHistoryEvent): string {
  const told = Object.entries(attributes).find(([key, value]) => key.endsWith('EventAttributes') && value)?.[1];
  return `${eventId} ${isoOf(eventTime)} ${proto.temporal.api.enums.v1.EventType[eventType ?? 0]} ${excerpt(JSON.stringify(told))}`;
}

function isoOf(time: Time): string {
  return new Date(Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6).toISOString();
}

function excerpt(text = ''): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
