import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenBatch } from '../../src/temporal/drain/drain-port.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import {
  command,
  type Draining,
  draining,
  isCancelRequested,
  namespace,
  running,
  start,
  startMany,
  untilCount,
  withWorker,
} from './draining.ts';
import { subjectFor, withGateway } from './watching.ts';

const batches = suite<{ server: TemporalServer }>('batches of a drain');

batches.before(async (context) => {
  context.server = await startTemporal({ namespaces: [namespace] });
});
batches.after(async ({ server }) => {
  await server?.stop();
});

const untilDone = ({ port }: Draining, jobId: string, limitMs = 60_000) =>
  until({
    what: `the end of ${jobId}`,
    look: () => port.batch(jobId),
    isSo: (batch) => batch !== undefined && batch.state !== 'Running',
    limitMs,
  });

/** 60 on the queue, 20 on each of two others whose names are nearly the same. */
async function fill({ port, service }: Draining, taskQueue: string): Promise<void> {
  await startMany(service, taskQueue, 60);
  for (const other of [`${taskQueue}-2`, taskQueue.toUpperCase()]) await startMany(service, other, 20);
  await untilCount(port, 60);
}

async function othersStay({ service }: Draining, taskQueue: string): Promise<void> {
  for (const other of [`${taskQueue}-2`, taskQueue.toUpperCase()]) assert.is(await running(service, other), 20, other);
}

batches('terminate ends all of the queue, without workers, and none of another', ({ server }) =>
  draining(server.address, 'end', async (all) => {
    const { port, service } = all;
    await fill(all, 'end');
    const job = { jobId: 'end-1', operation: 'Terminate', reason: 'ameide-process: the drain of sales/l2o' } as const;
    assert.is(await port.batch('end-1'), undefined);
    assert.is(await port.startBatch(job), 'Started');
    // Whether it still runs or is over, its id was used; another one has to wait while it runs, as soon as the server notices that.
    const again = await port.startBatch(job);
    assert.is(again, 'Exists');
    assert.match(await port.startBatch({ ...job, jobId: 'end-2' }), /^(Started|Busy)$/);
    assert.equal(await untilDone(all, 'end-1'), { state: 'Completed', total: 60, done: 60, failed: 0 } satisfies SeenBatch);
    assert.is(await port.startBatch(job), 'Exists');
    await untilCount(port, 0);
    await othersStay(all, 'end');
    const query = "TaskQueue='end' AND ExecutionStatus='Terminated'";
    const { executions } = await service.listWorkflowExecutions({ namespace, query, pageSize: 1 });
    const { history } = await service.getWorkflowExecutionHistory({
      namespace,
      execution: executions![0]!.execution!,
      waitNewEvent: false,
    });
    assert.is(history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason, job.reason);
  }),
);

batches('cancel asks all of the queue, and who ignores it runs on', ({ server }) =>
  draining(server.address, 'ask', async (all) => {
    const { port, service } = all;
    await fill(all, 'ask');
    for (let stubborn = 0; stubborn < 5; stubborn++) await start(service, 'ask', { workflowType: { name: 'stubborn' } });
    await untilCount(port, 65);
    const decide = (task: Parameters<typeof isCancelRequested>[0]) =>
      isCancelRequested(task) && task.workflowType?.name !== 'stubborn'
        ? [{ commandType: command.cancel, cancelWorkflowExecutionCommandAttributes: {} }]
        : [];
    const work = async () => {
      assert.is(await port.startBatch({ jobId: 'ask-1', operation: 'Cancel', reason: 'drain' }), 'Started');
      assert.equal(await untilDone(all, 'ask-1'), { state: 'Completed', total: 65, done: 65, failed: 0 } satisfies SeenBatch);
      await untilCount(port, 5, undefined, 30_000);
      // To ask again is no failure, and changes nothing.
      assert.is(await port.startBatch({ jobId: 'ask-2', operation: 'Cancel', reason: 'drain' }), 'Started');
      assert.equal(await untilDone(all, 'ask-2'), { state: 'Completed', total: 5, done: 5, failed: 0 } satisfies SeenBatch);
      assert.is((await port.running()).count, 5);
    };
    await withWorker(server.address, 'ask', { decide, work });
    assert.is(await port.startBatch({ jobId: 'ask-3', operation: 'Terminate', reason: 'drain' }), 'Started');
    await untilDone(all, 'ask-3');
    await untilCount(port, 0);
    await othersStay(all, 'ask');
  }),
);

batches('one by one: so many at a time, each once, and none of another queue', ({ server }) =>
  draining(server.address, 'ones', async (all) => {
    const { port } = all;
    await fill(all, 'ones');
    const cancel = { operation: 'Cancel', reason: 'drain' } as const;
    const asked = [
      await port.endSome(cancel, 25),
      await port.endSome(cancel, 25),
      await port.endSome(cancel, 25),
      await port.endSome(cancel, 25),
    ];
    assert.equal(asked, [25, 25, 10, 0]);
    assert.is((await port.running()).count, 60);
    const terminate = { operation: 'Terminate', reason: 'drain' } as const;
    assert.is(await port.endSome(terminate, 40), 40);
    await untilCount(port, 20);
    // What is gone meanwhile is not counted.
    await until({ what: 'the rest ended', look: () => port.endSome(terminate, 40), isSo: (ended) => ended === 0 });
    await untilCount(port, 0);
    await othersStay(all, 'ones');
  }),
);

batches('a queue without workflows, or without late starters, makes a batch of none', ({ server }) =>
  draining(server.address, 'none', async (all) => {
    const { port, service } = all;
    await start(service, 'none');
    await untilCount(port, 1);
    const startedAfter = new Date(Date.now() + 60_000).toISOString();
    assert.is(await port.startBatch({ jobId: 'none-1', operation: 'Terminate', reason: 'drain', startedAfter }), 'Started');
    assert.equal(await untilDone(all, 'none-1'), { state: 'Completed', total: 0, done: 0, failed: 0 } satisfies SeenBatch);
    assert.is((await port.running()).count, 1);
  }),
);

batches('where batches are not permitted that is told, and a limit is no busy server', ({ server }) =>
  withGateway(server.address, (gateway) =>
    draining(server.address, 'direct', async ({ watch, whenSeen }) => {
      watch.set(subjectFor(gateway.address, { key: 'sales/by-gateway', namespace, taskQueue: 'refused' }));
      await whenSeen('sales/by-gateway', ({ queue }) => queue !== undefined);
      const port = watch.drainPort('sales/by-gateway')!;
      const job = { jobId: 'refused-1', operation: 'Cancel', reason: 'drain' } as const;
      gateway.refuse('StartBatchOperation', 'PERMISSION_DENIED');
      assert.is(await port.startBatch(job), 'Refused');
      gateway.refuse('StartBatchOperation', 'RESOURCE_EXHAUSTED');
      const error = await port.startBatch(job).then(
        () => undefined,
        (thrown) => thrown,
      );
      assert.is(error?.kind, 'RateLimited');
      gateway.refuse('StartBatchOperation', undefined);
      assert.is(await port.startBatch(job), 'Started');
    }),
  ),
);

batches('a batch goes on where it was when the server is killed in the middle', ({ server }) =>
  draining(server.address, 'killed', async (all) => {
    const { port, whenSeen } = all;
    await fill(all, 'killed');
    assert.is(await port.startBatch({ jobId: 'killed-1', operation: 'Terminate', reason: 'drain' }), 'Started');
    await server.kill();
    await whenSeen('sales/l2o', (seen) => seen.server.state === 'Fails');
    await server.restart();
    const { state } = (await untilDone(all, 'killed-1', 120_000))!;
    assert.is(state, 'Completed');
    assert.is(await port.startBatch({ jobId: 'killed-1', operation: 'Terminate', reason: 'drain' }), 'Exists');
    await untilCount(port, 0, undefined, 30_000);
    await othersStay(all, 'killed');
  }),
);

batches.run();
