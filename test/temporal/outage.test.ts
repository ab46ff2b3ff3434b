import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { startPoller, subjectFor, type Watching, watching, withProxy } from './watching.ts';

const outages = suite<{ server: TemporalServer }>('a Temporal that fails');

outages.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
outages.after(async ({ server }) => {
  await server?.stop();
});

const key = 'sales/l2o';
const isAnswered = ({ queue }: SeenTemporal) => queue !== undefined;
const fails = ({ server }: SeenTemporal) => server.state === 'Fails';
const answers = ({ server }: SeenTemporal) => server.state === 'Answers';
const failureOf = ({ server }: SeenTemporal) => (server.state === 'Fails' ? [server.failure, server.message] : []);

async function answered({ watch, whenSeen }: Watching, address: string) {
  watch.set(subjectFor(address));
  await whenSeen(key, isAnswered);
}

/** Waits for the answer about the queue that is newer than the server's return. */
const askedAgain = ({ queue, server }: SeenTemporal) => server.state === 'Answers' && queue !== undefined && queue.askedAt >= server.since;

outages('a server that is killed is told at once; its return after ten seconds within three, and its queue is asked again', ({ server }) =>
  watching(async (all) => {
    const poller = startPoller({ address: server.address, identity: '1@pod-a' });
    let isUp = true;
    try {
      await answered(all, server.address);
      await all.whenSeen(key, ({ queue }) => queue?.workflowPollers.length === 1);
      const killed = performance.now();
      isUp = false;
      await server.kill();
      const down = await all.whenSeen(key, fails);
      assert.ok(down.atMs - killed < 1_000, `told after ${down.atMs - killed} ms`);
      assert.equal(failureOf(down.seen)[0], 'Unreachable');
      await delay(10_000);
      // At first the words may be those of the connection that was lost.
      assert.match(String(failureOf(all.watch.seen(key)!)[1]), /^connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
      assert.is(all.watch.seen(key)?.queue?.workflowPollers.length, 1, 'what was known is kept');
      await server.restart();
      isUp = true;
      const served = performance.now();
      const up = await all.whenSeen(key, answers);
      assert.ok(up.atMs - served < 3_000, `told after ${up.atMs - served} ms`);
      await all.whenSeen(key, askedAgain, 3_000);
      await all.whenSeen(key, ({ queue }) => queue?.workflowPollers.length === 1, 15_000);
    } finally {
      await poller.stop();
      // Those that follow need it.
      if (!isUp) await server.restart();
    }
  }),
);

outages('a server that falls silent is told within nine seconds, in words that stay; its return within three', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    await watching(async (all) => {
      await answered(all, proxy.address);
      const silent = performance.now();
      await proxy.blackHole();
      const down = await all.whenSeen(key, fails, 10_000);
      assert.ok(down.atMs - silent < 9_000, `told after ${down.atMs - silent} ms`);
      await all.whenSeen(key, (seen) => String(failureOf(seen)[1]).includes('nothing comes within'), 15_000);
      const told = all.changes.length;
      await delay(4_000);
      assert.is(all.changes.length, told, 'it fails alike, and that is no news');
      await proxy.pass();
      const passed = performance.now();
      const up = await all.whenSeen(key, answers);
      assert.ok(up.atMs - passed < 3_000, `told after ${up.atMs - passed} ms`);
    });
  }),
);

outages('connections that a router forgot for good, also while they are made, are replaced', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    await watching(async (all) => {
      await answered(all, proxy.address);
      await proxy.blackHole();
      await all.whenSeen(key, fails);
      await delay(1_000);
      proxy.silenceOpen();
      await proxy.pass();
      const passed = performance.now();
      const up = await all.whenSeen(key, answers);
      assert.ok(up.atMs - passed < 4_000, `told after ${up.atMs - passed} ms`);
    });
  }),
);

outages('a port that is closed, and opened again', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    await proxy.refuse();
    await watching(async (all) => {
      all.watch.set(subjectFor(proxy.address));
      const { seen } = await all.whenSeen(key, fails);
      assert.match(String(failureOf(seen)[1]), /^connect ECONNREFUSED/);
      assert.is(seen.namespaceState, undefined);
      await delay(3_000);
      assert.is(all.changes.length, 1, 'told once');
      await proxy.pass();
      const passed = performance.now();
      const up = await all.whenSeen(key, answers);
      assert.ok(up.atMs - passed < 3_000, `told after ${up.atMs - passed} ms`);
      await all.whenSeen(key, isAnswered);
    });
  }),
);

outages('a connection that drops while the server is there is no outage', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    await watching(async (all) => {
      await answered(all, proxy.address);
      for (const _ of [1, 2, 3]) {
        proxy.resetOpen();
        await delay(700);
      }
      assert.equal(
        all.changes.filter(({ seen }) => fails(seen)),
        [],
      );
      assert.ok(proxy.accepted() >= 4, `${proxy.accepted()} connections`);
    });
  }),
);

outages('names that nobody knows, and addresses that are none', () =>
  watching(async ({ watch, whenSeen }) => {
    for (const [name, address, message] of [
      ['a', 'temporal.invalid:7233', 'the name of temporal.invalid:7233 is not known'],
      ['b', 'one:two:three', undefined],
    ] as const) {
      watch.set(subjectFor(address, { key: name }));
      const { seen } = await whenSeen(name, fails);
      assert.is(failureOf(seen)[0], 'Unreachable', name);
      if (message) assert.is(failureOf(seen)[1], message);
    }
  }),
);

outages.run();
