import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { subjectFor, type Watching, watching, withGateway } from './watching.ts';

const many = suite<{ server: TemporalServer }>('many queues');

many.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales', 'support'] });
});
many.after(async ({ server }) => {
  await server?.stop();
});

function watchMany({ watch }: Watching, address: string, count: number, namespace = 'sales'): string[] {
  const keys = Array.from({ length: count }, (_, index) => `${namespace}/p${index}`);
  for (const key of keys) {
    watch.set(subjectFor(address, { key, namespace, taskQueue: key }));
    watch.setUrgency(key, 'Rest');
  }
  return keys;
}

many('with a budget of five a second for 200: not more is asked, roll-outs first, others too, and the age shows', ({ server }) =>
  withGateway(server.address, async (gateway) => {
    await watching(
      async (all) => {
        const keys = watchMany(all, gateway.address, 200);
        const started = performance.now();
        await until({ what: 'some of them in line', look: () => all.watch.waiting(), isSo: (waiting) => waiting > 20 });
        const [before, oldest] = [gateway.calls().DescribeTaskQueue ?? 0, all.watch.oldestAnswerMs()];
        const rollOut = 'sales/roll-out';
        all.watch.set(subjectFor(gateway.address, { key: rollOut, taskQueue: rollOut }));
        const { atMs } = await all.whenSeen(rollOut, ({ queue }) => queue !== undefined, 3_000);
        assert.ok(atMs - started < 12_000);
        const rollOutAsked = () => all.watch.seen(rollOut)?.queue?.askedAt;
        const times = new Set<string | undefined>();
        for (const end = Date.now() + 8_000; Date.now() < end; await delay(100)) times.add(rollOutAsked());
        assert.ok(times.size >= 5, `the roll-out was asked about ${times.size} times in 8 s`);
        const seconds = (performance.now() - started) / 1000;
        const asked = gateway.calls().DescribeTaskQueue ?? 0;
        assert.ok(asked <= 5 * seconds + 10, `${asked} questions in ${seconds.toFixed(1)} s`);
        assert.ok(asked - before >= 20, `${asked - before} questions: the budget is used`);
        const answered = keys.filter((key) => all.watch.seen(key)?.queue);
        assert.ok(answered.length >= 5, `${answered.length} of the others were answered`);
        assert.ok(answered.length < 200 && all.watch.waiting() > 50, `${all.watch.waiting()} wait`);
        assert.ok(all.watch.oldestAnswerMs() > oldest && all.watch.oldestAnswerMs() > 8_000);
        assert.ok(all.watch.budgetWaits() > 10);
      },
      { rate: 5 },
    );
  }),
);

many('another namespace has a budget of its own', ({ server }) =>
  watching(
    async (all) => {
      watchMany(all, server.address, 100);
      await until({ what: 'a line', look: () => all.watch.waiting(), isSo: (waiting) => waiting > 10 });
      const [key = ''] = watchMany(all, server.address, 1, 'support');
      all.watch.setUrgency(key, 'RollOut');
      const { atMs } = await all.whenSeen(key, ({ queue }) => queue !== undefined, 2_000);
      assert.ok(atMs > 0);
    },
    { rate: 2 },
  ),
);

many('those that are Ready when the sidecar starts are asked about without a burst, and all within a minute', ({ server }) =>
  withGateway(server.address, async (gateway) => {
    await watching(async (all) => {
      const keys = watchMany(all, gateway.address, 400);
      const perSecond: number[] = [];
      let last = 0;
      const answered = () => keys.filter((key) => all.watch.seen(key)?.queue).length;
      for (const end = Date.now() + 60_000; answered() < keys.length && Date.now() < end; await delay(1_000)) {
        const calls = gateway.calls().DescribeTaskQueue ?? 0;
        perSecond.push(calls - last);
        last = calls;
      }
      assert.is(answered(), keys.length);
      // 20 a second begin, of which each is two, as nobody polls.
      assert.ok(Math.max(...perSecond) <= 100, `in each second: ${perSecond}`);
    });
  }),
);

many('what is removed is asked about no more, and its server is let go', async ({ server }) => {
  await watching(async (all) => {
    const keys = watchMany(all, server.address, 20);
    await until({ what: 'an answer', look: () => all.count('DescribeTaskQueue', 'OK'), isSo: (count) => count > 0 });
    for (const key of keys) all.watch.remove(key);
    await delay(500);
    const asked = all.count('DescribeTaskQueue', 'OK');
    await delay(2_000);
    assert.is(all.count('DescribeTaskQueue', 'OK'), asked);
    assert.is(all.watch.oldestAnswerMs(), 0);
    assert.is(all.watch.waiting(), 0);
  });
});

many.run();
