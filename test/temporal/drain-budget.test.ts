import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openPace } from '../../src/temporal/pace.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { namespace } from './draining.ts';
import { subjectFor, watching, withGateway } from './watching.ts';

const budgets = suite<{ server: TemporalServer }>('the budget of a drain');

budgets.before(async (context) => {
  context.server = await startTemporal({ namespaces: [namespace] });
});
budgets.after(async ({ server }) => {
  await server?.stop();
});

const key = 'sales/l2o';

async function createSchedules(address: string, count: number): Promise<void> {
  const connection = Connection.lazy({ address, interceptors: [] });
  const { workflowService } = connection;
  const create = (scheduleId: string) =>
    workflowService.createSchedule({
      namespace,
      scheduleId,
      requestId: randomUUID(),
      schedule: {
        spec: { interval: [{ interval: { seconds: 3_600 } as never }] },
        action: { startWorkflow: { workflowId: scheduleId, workflowType: { name: 'any' }, taskQueue: { name: 'any' } } },
        state: { paused: true },
      },
    });
  for (let at = 0; at < count; at += 10) await Promise.all(Array.from({ length: 10 }, (_, index) => create(`s${at + index}`)));
  const look = async () => (await workflowService.listSchedules({ namespace, maximumPageSize: 1_000 })).schedules?.length;
  await until({ what: 'all of them listed', look, isSo: (listed) => listed === count });
  await connection.close();
}

budgets('a drain that looks at many Schedules keeps within it, and a roll-out is looked at all the while', async ({ server }) => {
  await createSchedules(server.address, 100);
  await withGateway(server.address, (gateway) =>
    watching(
      async ({ watch, whenSeen }) => {
        watch.set(subjectFor(gateway.address));
        await whenSeen(key, ({ queue }) => queue !== undefined);
        watch.setUrgency(key, 'Rest');
        const other = 'sales/roll-out';
        watch.set(subjectFor(gateway.address, { key: other, taskQueue: 'roll-out' }));
        await whenSeen(other, ({ queue }) => queue !== undefined);
        const sum = () => Object.entries(gateway.calls()).reduce((all, [method, calls]) => (method === 'Check' ? all : all + calls), 0);
        const [before, started] = [sum(), performance.now()];
        let isOver = false;
        const looking = watch.drainPort(key)!.schedules();
        const over = () => {
          isOver = true;
        };
        looking.then(over, over);
        const times = new Set<string>();
        while (!isOver) {
          times.add(watch.seen(other)!.queue!.askedAt);
          await delay(50);
        }
        assert.equal(await looking, []);
        const seconds = (performance.now() - started) / 1000;
        assert.ok(seconds > 5, `it took ${seconds.toFixed(1)} s`);
        assert.ok(sum() - before <= 10 * seconds + 15, `${sum() - before} questions in ${seconds.toFixed(1)} s`);
        assert.ok(times.size >= seconds / 3, `the roll-out was asked about ${times.size} times in ${seconds.toFixed(1)} s`);
      },
      { rate: 10 },
    ),
  );
});

/** At five questions a second the last of them waits longer than a drain does. */
budgets('hundreds of Processes that wait for their workers do not hold up a drain', ({ server }) =>
  watching(
    async ({ watch, whenSeen }) => {
      watch.set(subjectFor(server.address));
      await whenSeen(key, ({ queue }) => queue !== undefined);
      for (let at = 0; at < 200; at++) {
        const other = `sales/waits-${at}`;
        watch.set(subjectFor(server.address, { key: other, taskQueue: `waits-${at}` }));
        watch.setUrgency(other, 'Settling');
      }
      await until({ what: 'a long line', look: async () => watch.waiting(), isSo: (waiting) => waiting > 150 });
      for (let look = 0; look < 3; look++) assert.is((await watch.drainPort(key)!.running()).count, 0);
      assert.ok(watch.waiting() > 100, `${watch.waiting()} wait`);
    },
    { rate: 5 },
  ),
);

budgets('a visibility store that has had enough is told, and slows nothing else down', ({ server }) =>
  withGateway(server.address, (gateway) =>
    watching(async ({ watch, whenSeen, count }) => {
      watch.set(subjectFor(gateway.address));
      await whenSeen(key, ({ queue }) => queue !== undefined);
      const port = watch.drainPort(key)!;
      gateway.refuse('CountWorkflowExecutions', 'RESOURCE_EXHAUSTED');
      for (let at = 0; at < 3; at++) {
        const error = await port.running().then(
          () => undefined,
          (thrown) => thrown,
        );
        assert.is(error?.kind, 'RateLimited');
      }
      const asked = count('DescribeTaskQueue', 'OK');
      await until({
        what: 'five more looks',
        look: () => count('DescribeTaskQueue', 'OK'),
        isSo: (now) => now >= asked + 5,
        limitMs: 8_000,
      });
      gateway.refuse('CountWorkflowExecutions', undefined);
      assert.is((await port.running()).count, 0);
    }),
  ),
);

budgets('who asks the visibility store waits for its turn, in order, and longer once it was too much', async () => {
  const pace = openPace({ rate: 50, burst: 2 });
  const order: number[] = [];
  const took = async (turns: number) => {
    const started = performance.now();
    await Promise.all(Array.from({ length: turns }, (_, at) => pace.turn().then(() => order.push(at))));
    return performance.now() - started;
  };
  const usual = await took(12);
  assert.equal(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.ok(usual >= 190, `${usual} ms`);
  pace.slowDown();
  const slower = await took(10);
  assert.ok(slower >= 380, `${slower} ms`);
});

budgets.run();
