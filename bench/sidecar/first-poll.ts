/** How long after a new worker's first poll its Process is Ready, against a bare loop that asks Temporal for that queue's pollers. */
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { apply, pollerOf, untilPods } from './applied.ts';
import type { Bed } from './bed.ts';
import type { Member } from './fleet.ts';
import { inParallel } from './in-parallel.ts';
import { type Poller, poll } from './poll.ts';
import { isReady } from './statuses.ts';

/** Milliseconds from sending the first poll, for each Process. */
export interface FirstPolls {
  readonly ready: readonly number[];
  readonly floor: readonly number[];
}

/** So many roll-outs at a time. */
const lanes = 4;
/** A worker is some seconds in its container before it polls; at what moment, must not matter. */
const startMs = { least: 1000, most: 5000 };
/** Between two questions of the bare loop: what is measured against it is seconds. */
const pauseMs = 5;
/** A server that is out of breath for a moment answers the next question. */
const loopLimitMs = 60_000;

/** Rolls out Processes that are new, one after the other. They and their pollers stay until `close`. */
export async function firstPolls(bed: Bed, members: readonly Member[]): Promise<FirstPolls & { close(): Promise<void> }> {
  const connection = Connection.lazy({ address: bed.temporal.address, interceptors: [] });
  const taken = { ready: [] as number[], floor: [] as number[] };
  let isOver = false;
  await inParallel(members, lanes, async (member) => {
    await apply(bed, [member]);
    const poller = pollerOf(member, await untilPods(bed, [member]));
    await bed.statuses.when(member.key, ({ reason }) => reason === 'WaitingForPollers');
    await delay(startMs.least + Math.random() * (startMs.most - startMs.least));
    const started = performance.now();
    const ready = bed.statuses.when(member.key, isReady);
    void poll(
      connection,
      poller,
      () => {},
      () => isOver,
    );
    const [readyAt, floorAt] = await Promise.all([ready, bareLoop(connection, poller)]);
    taken.ready.push(readyAt - started);
    taken.floor.push(floorAt - started);
  });
  const close = async () => {
    isOver = true;
    await connection.close();
  };
  return { ...taken, close };
}

async function bareLoop(connection: Connection, { namespace, taskQueue }: Poller): Promise<number> {
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowQueue };
  const ask = () => connection.withDeadline(Date.now() + 5000, () => connection.workflowService.describeTaskQueue(request));
  for (const end = performance.now() + loopLimitMs; ; await delay(pauseMs)) {
    try {
      const { pollers } = await ask();
      if (pollers && pollers.length > 0) return performance.now();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}

/** TASK_QUEUE_TYPE_WORKFLOW */
const workflowQueue = 1;
