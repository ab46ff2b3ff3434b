import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { startPoller, subjectFor, type Watching, watching } from './watching.ts';

const watches = suite<{ server: TemporalServer }>('watching Temporal');

watches.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales', 'old'] });
  await context.server.deprecateNamespace('old');
});
watches.after(async ({ server }) => {
  await server?.stop();
});

const key = 'sales/l2o';
const identities = ({ queue }: SeenTemporal) => (queue?.workflowPollers ?? []).map(({ identity }) => identity).sort();
const isAnswered = ({ queue }: SeenTemporal) => queue !== undefined;

/** The Process is watched, and its empty queue was seen. */
async function settled({ watch, whenSeen }: Watching, server: TemporalServer, taskQueue: string) {
  watch.set(subjectFor(server.address, { taskQueue }));
  await whenSeen(key, isAnswered);
}

watches('the first look tells server, namespace and queue, within a second', ({ server }) =>
  watching(async ({ watch, whenSeen }) => {
    assert.is(watch.seen(key), undefined);
    const started = performance.now();
    watch.set(subjectFor(server.address, { taskQueue: 'first' }));
    assert.equal(watch.seen(key)?.server, { state: 'NotAsked' });
    const { seen, atMs } = await whenSeen(key, isAnswered);
    assert.ok(atMs - started < 1_000, `${atMs - started} ms`);
    assert.is(seen.server.state, 'Answers');
    assert.is(seen.namespaceState?.state, 'Registered');
    assert.equal(seen.queue?.workflowPollers, []);
    assert.equal(seen.queue?.activityPollers, []);
    assert.is(seen.queue?.currentVersion, undefined);
    assert.is(seen.queueFailure, undefined);
  }),
);

watches('a poller that appears during a roll-out is told within about a second', ({ server }) =>
  watching(async (all) => {
    await settled(all, server, 'appears');
    await delay(1_500);
    const started = performance.now();
    const poller = startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'appears' });
    try {
      const { seen, atMs } = await all.whenSeen(key, (now) => identities(now).length > 0);
      assert.ok(atMs - started < 2_000, `${atMs - started} ms`);
      assert.equal(identities(seen), ['1@pod-a']);
      const [{ lastAccess, version }] = seen.queue!.workflowPollers as [NonNullable<SeenTemporal['queue']>['workflowPollers'][number]];
      assert.ok(Math.abs(Date.parse(lastAccess) - Date.now()) < 10_000, lastAccess);
      assert.is(version, undefined);
      assert.is(seen.queue?.activityPollers?.length ?? 0, 0);
    } finally {
      await poller.stop();
    }
  }),
);

watches('while nothing changes nothing is told, however often it is asked', ({ server }) =>
  watching(async (all) => {
    const poller = startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'quiet' });
    try {
      await settled(all, server, 'quiet');
      await all.whenSeen(key, (now) => identities(now).length > 0);
      const [told, asked] = [all.changes.length, all.count('DescribeTaskQueue', 'OK')];
      await until({ what: 'five more questions', look: () => all.count('DescribeTaskQueue', 'OK'), isSo: (count) => count >= asked + 5 });
      assert.is(all.changes.length, told);
    } finally {
      await poller.stop();
    }
  }),
);

watches('of a queue whose news nobody has looked at nothing more is asked; after the look it is, as before', ({ server }) =>
  watching(
    async ({ watch, count }) => {
      const asked = () => count('DescribeTaskQueue', 'OK');
      watch.set(subjectFor(server.address, { taskQueue: 'unread' }));
      await until({ what: 'an answer', look: () => watch.seen(key)?.queue, isSo: (queue) => queue !== undefined });
      const once = asked();
      await delay(3_000);
      assert.is(asked(), once);
      watch.setUrgency(key, 'RollOut');
      await until({ what: 'two more questions', look: asked, isSo: (now) => now >= once + 2, limitMs: 4_000 });
    },
    { onChange: () => {} },
  ),
);

watches('at rest it is asked seldom; a roll-out that begins is looked at within half a second', ({ server }) =>
  watching(async (all) => {
    await settled(all, server, 'rest');
    const poller = startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'rest' });
    try {
      await all.whenSeen(key, (now) => identities(now).length > 0);
      all.watch.setUrgency(key, 'Rest');
      await delay(200);
      const asked = all.count('DescribeTaskQueue', 'OK');
      await delay(4_000);
      assert.is(all.count('DescribeTaskQueue', 'OK'), asked);
      all.watch.setUrgency(key, 'RollOut');
      const counted = () => all.count('DescribeTaskQueue', 'OK');
      await until({ what: 'a question', look: counted, isSo: (count) => count > asked, limitMs: 1_000 });
    } finally {
      await poller.stop();
    }
  }),
);

watches('workers for activities alone are seen, also beside others for workflows', ({ server }) =>
  watching(async (all) => {
    const pollers = [
      startPoller({ address: server.address, identity: '1@activities', taskQueue: 'both', type: 'activity' }),
      startPoller({ address: server.address, identity: '1@workflows', taskQueue: 'both' }),
    ];
    try {
      await settled(all, server, 'both');
      const both = ({ queue }: SeenTemporal) => queue?.workflowPollers.length === 1 && queue.activityPollers?.length === 1;
      const { seen } = await all.whenSeen(key, both);
      assert.is(seen.queue?.activityPollers?.[0]?.identity, '1@activities');
      all.watch.setUrgency(key, 'RollOut', true);
      await delay(3_000);
      assert.ok(both(all.watch.seen(key)!), 'it is still asked');
    } finally {
      for (const poller of pollers) await poller.stop();
    }
  }),
);

watches('a namespace that is missing is told, and seen within seconds of its creation', ({ server }) =>
  watching(async ({ watch, whenSeen, count }) => {
    watch.set(subjectFor(server.address, { namespace: 'later' }));
    const { seen } = await whenSeen(key, ({ namespaceState }) => namespaceState !== undefined);
    assert.is(seen.namespaceState?.state, 'NotFound');
    assert.is(seen.server.state, 'Answers');
    await delay(1_000);
    assert.is(count('DescribeTaskQueue', 'OK') + count('DescribeTaskQueue', 'NamespaceNotFound'), 0, 'its queue is not asked about');
    await server.createNamespace('later');
    await whenSeen(key, ({ namespaceState, queue }) => namespaceState?.state === 'Registered' && queue !== undefined, 8_000);
  }),
);

watches('a deprecated namespace is told; its queue is asked about all the same', ({ server }) =>
  watching(async ({ watch, whenSeen }) => {
    watch.set(subjectFor(server.address, { namespace: 'old' }));
    const { seen } = await whenSeen(key, isAnswered);
    assert.is(seen.namespaceState?.state, 'Deprecated');
  }),
);

watches('versions: the one that a worker polls for, and the one that gets the tasks', ({ server }) =>
  watching(async (all) => {
    const version = { deploymentName: 'l2o', buildId: 'b1.2' };
    const poller = startPoller({ address: server.address, identity: '1@pod-a', taskQueue: 'versioned', version });
    const connection = Connection.lazy({ address: server.address, interceptors: [] });
    const setCurrent = () =>
      connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace: 'sales', ...version, identity: 'test' });
    try {
      await settled(all, server, 'versioned');
      const { seen } = await all.whenSeen(key, (now) => identities(now).length > 0);
      assert.is(seen.queue?.workflowPollers[0]?.version, 'l2o:b1.2');
      assert.is(seen.queue?.currentVersion, undefined);
      // It is refused until the server has registered the worker's queues.
      await until({ what: 'the version to be current', look: () => setCurrent().then(() => true), isSo: Boolean });
      await all.whenSeen(key, ({ queue }) => queue?.currentVersion === 'l2o:b1.2', 15_000);
    } finally {
      await poller.stop();
      await connection.close();
    }
  }),
);

watches('Processes on one queue share its questions, and each is told', ({ server }) =>
  watching(async ({ watch, whenSeen, count, changes }) => {
    for (const name of ['a', 'b', 'c']) watch.set(subjectFor(server.address, { key: name, taskQueue: 'shared' }));
    await Promise.all(['a', 'b', 'c'].map((name) => whenSeen(name, isAnswered)));
    await delay(2_000);
    // Each question during a roll-out may be two, for workflows and for activities.
    assert.ok(count('DescribeTaskQueue', 'OK') <= 8, `${count('DescribeTaskQueue', 'OK')} questions`);
    watch.remove('a');
    assert.is(watch.seen('a'), undefined);
    const told = changes.length;
    const poller = startPoller({ address: server.address, identity: '1@pod', taskQueue: 'shared' });
    try {
      await whenSeen('b', (now) => identities(now).length > 0);
      assert.equal([...new Set(changes.slice(told).map((change) => change.key))].sort(), ['b', 'c']);
    } finally {
      await poller.stop();
    }
  }),
);

watches('a Process that moves to another queue is asked about there, and known of nothing else', ({ server }) =>
  watching(async (all) => {
    await settled(all, server, 'from');
    all.watch.set(subjectFor(server.address, { taskQueue: 'to' }));
    assert.is(all.watch.seen(key)?.taskQueue, 'to');
    assert.is(all.watch.seen(key)?.queue, undefined);
    await all.whenSeen(key, isAnswered);
  }),
);

watches.run();
