import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { startPoller, subjectFor, watching } from './watching.ts';

const reconnecting = suite<{ server: TemporalServer }>('a Temporal that closes old connections');

/** As servers do every five minutes, so that clients spread over their nodes. */
const dynamicConfig = { 'frontend.keepAliveMaxConnectionAge': '2s', 'frontend.keepAliveMaxConnectionAgeGrace': '1s' };

reconnecting.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'], dynamicConfig });
});
reconnecting.after(async ({ server }) => {
  await server?.stop();
});

reconnecting('is not taken for one that was away', ({ server }) =>
  watching(async ({ watch, changes, whenSeen, count }) => {
    const key = 'sales/l2o';
    const poller = startPoller({ address: server.address, identity: '1@pod-a' });
    try {
      watch.set(subjectFor(server.address));
      const { seen } = await whenSeen(key, ({ queue }) => queue?.workflowPollers.length === 1);
      await delay(12_000);
      assert.equal(
        changes.filter(({ seen: { server: one } }) => one.state === 'Fails'),
        [],
      );
      assert.equal(watch.seen(key)?.server, seen.server, 'since when it answers');
      // Each drop is looked into; without one, no health is asked while the queue is answered.
      assert.ok(count('Check', 'OK') >= 4, `${count('Check', 'OK')} looks: did the server close connections at all?`);
    } finally {
      await poller.stop();
    }
  }),
);

reconnecting.run();
