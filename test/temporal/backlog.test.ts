/** What waits on a queue, by type, and how many workflows run, on a real server. */
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { startPoller, subjectFor, watching } from './watching.ts';

const test = suite<{ server: TemporalServer; connection: Connection; client: Client }>('backlog and running workflows');

test.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
  context.connection = await Connection.connect({ address: context.server.address });
  context.client = new Client({ connection: context.connection, namespace: 'sales' });
});
test.after(async ({ server, connection }) => {
  await connection?.close();
  await server?.stop();
});

const key = 'sales/l2o';
const start = async (client: Client, taskQueue: string, count: number) => {
  for (let at = 0; at < count; at++) await client.workflow.start('any', { taskQueue, workflowId: `${taskQueue}-${at}` });
};

/** One workflow task is answered, as a worker would, with so many activities. */
async function scheduleActivities(connection: Connection, taskQueue: string, count: number): Promise<void> {
  const { workflowService } = connection;
  const of = { namespace: 'sales', taskQueue: { name: taskQueue }, identity: '1@once' };
  const { taskToken } = await connection.withDeadline(Date.now() + 30_000, () => workflowService.pollWorkflowTaskQueue(of));
  const timeout = { seconds: 600 as never };
  const commands = Array.from({ length: count }, (_, at) => ({
    commandType: 1,
    scheduleActivityTaskCommandAttributes: {
      activityId: String(at),
      activityType: { name: 'any' },
      taskQueue: of.taskQueue,
      scheduleToCloseTimeout: timeout,
      startToCloseTimeout: timeout,
    },
  }));
  await workflowService.respondWorkflowTaskCompleted({ namespace: 'sales', taskToken, identity: of.identity, commands });
}

test('tasks that wait are told of each type, with the age of the oldest; taken, they are gone', ({ server, client, connection }) =>
  watching(async ({ watch }) => {
    await start(client, 'waits', 3);
    await scheduleActivities(connection, 'waits', 4);
    watch.set(subjectFor(server.address, { taskQueue: 'waits' }));
    const backlog = () => watch.seen(key)?.queue?.backlog;
    await untilSo(backlog, isAbout(2, 4));
    assert.is(backlog()!.workflow!.askedAt, watch.seen(key)!.queue!.askedAt);
    const aged = await untilSo(backlog, (now) => [now?.workflow, now?.activity].every((one) => (one?.ageSeconds ?? 0) > 3));
    assert.ok(aged!.workflow!.ageSeconds < 60 && aged!.activity!.ageSeconds < 60);
    const pollers = (['workflow', 'activity'] as const).map((type) =>
      startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'waits', type }),
    );
    try {
      const empty = await untilSo(backlog, (now) => now?.workflow?.tasks === 0 && now.activity?.tasks === 0);
      assert.equal([empty!.workflow!.ageSeconds, empty!.activity!.ageSeconds], [0, 0]);
    } finally {
      for (const poller of pollers) await poller.stop();
    }
  }));

test('at rest, too, it is asked how many activities wait', ({ server, client, connection }) =>
  watching(async ({ watch, whenSeen }) => {
    await start(client, 'rests', 1);
    await scheduleActivities(connection, 'rests', 2);
    watch.set(subjectFor(server.address, { taskQueue: 'rests' }));
    const waiting = () => watch.seen(key)?.queue?.backlog?.activity?.tasks;
    await untilSo(waiting, (tasks) => tasks === 2);
    const poller = startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'rests' });
    try {
      await whenSeen(key, ({ queue }) => (queue?.workflowPollers ?? []).some(({ identity }) => identity === '1@pod-a'), 20_000);
      watch.setUrgency(key, 'Rest');
      const of = { namespace: 'sales', taskQueue: { name: 'rests' }, identity: '1@once' };
      const { activityId } = await connection.withDeadline(Date.now() + 30_000, () => connection.workflowService.pollActivityTaskQueue(of));
      assert.ok(activityId);
      const limitMs = 130_000;
      await until({ what: 'one to wait', look: waiting, isSo: (tasks) => tasks === 1, limitMs });
      assert.is(watch.seen(key)!.queue!.activityPollers, undefined);
    } finally {
      await poller.stop();
    }
  }));

test('workflows that run are counted beside; whoever drains tells, too', ({ server, client }) =>
  watching(async ({ watch, count }) => {
    await start(client, 'runs', 2);
    watch.set(subjectFor(server.address, { taskQueue: 'runs' }));
    assert.is(watch.seen(key)?.running, undefined);
    const running = await untilSo(
      () => watch.seen(key)?.running,
      (now) => now !== undefined,
    );
    assert.is(running!.count, 2);
    assert.is(count('CountWorkflowExecutions', 'OK'), 1);
    await client.workflow.getHandle('runs-0').terminate();
    await untilSo(
      () => watch.drainPort(key)!.running(),
      ({ count }) => count === 1,
    );
    assert.is(watch.seen(key)?.running?.count, 1);
    await watch.drainPort(key)!.count({ startedAfter: new Date().toISOString() });
    assert.is(watch.seen(key)?.running?.count, 1);
  }));

/** Temporal's numbers are approximate: a task that was answered may still be counted. */
function isAbout(workflow: number, activity: number) {
  return (now: NonNullable<SeenTemporal['queue']>['backlog']) =>
    [workflow, workflow + 1].includes(now?.workflow?.tasks ?? -1) && now?.activity?.tasks === activity;
}

/** Numbers that move are no news, so nobody tells of them. */
function untilSo<T>(look: () => T | Promise<T>, isSo: (found: T) => boolean): Promise<T> {
  return until({ what: 'the numbers', look, isSo, limitMs: 90_000 });
}

test.run();
