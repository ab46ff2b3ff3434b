/** An outage that lasts, of either kind, leaves nothing behind that grows: sockets, timers, what is to be done, memory. Then all are answered. */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openAgenda } from '../../src/temporal/agenda.ts';
import type { FaultyProxy } from '../testbed/faulty-proxy.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { heapUsed } from './heap-used.ts';
import { subjectFor, type Watching, watching, withProxy } from './watching.ts';

const outages = suite<{ server: TemporalServer }>('a long outage');

outages.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
outages.after(async ({ server }) => {
  await server?.stop();
});

const queues = 50;
/** How long each kind of outage lasts; its first third is not measured. */
const outageMs = 30_000;
/** What there may be more of than when it began to be measured. One attempt to connect is under way at a time, which takes two sockets. */
const most = { descriptors: 3, timers: 6, heapBytes: 3e6 };

interface Use {
  readonly descriptors: number;
  readonly timers: number;
  readonly awaited: number;
}

outages('with fifty queues, refused and then in a black hole: nothing grows, and all are answered when it is over', async ({ server }) => {
  const agenda = openAgenda();
  // The proxy's ends are in this process, too; in a black hole it does not hear that they are closed.
  const measureWith = (proxy: FaultyProxy) => (): Use => ({
    descriptors: readdirSync('/proc/self/fd').length - proxy.open(),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    awaited: agenda.size(),
  });
  const work = (proxy: FaultyProxy) =>
    watching(
      async (all) => {
        const keys = Array.from({ length: queues }, (_, at) => `sales/p${at}`);
        for (const key of keys) all.watch.set(subjectFor(proxy.address, { key, taskQueue: key }));
        await answeredSince(all, keys, new Date(0));
        // Half of them are at rest, and half in a roll-out.
        for (const key of keys.slice(queues / 2)) all.watch.setUrgency(key, 'Rest');
        const measure = measureWith(proxy);
        const healthy = measure();
        await proxy.refuse();
        await lasts('refused', { proxy, all, healthy, measure });
        await proxy.blackHole();
        await lasts('in the black hole', { proxy, all, healthy, measure });
        const back = new Date();
        await proxy.pass();
        await answeredSince(all, keys, back);
        await until({ what: 'as much as before', look: measure, isSo: (now) => isWithin(now, healthy, 3) });
      },
      { rate: 200, agenda },
    );
  await withProxy(server.address, work);
});

interface Outage {
  readonly proxy: FaultyProxy;
  readonly all: Watching;
  readonly healthy: Use;
  readonly measure: () => Use;
}

async function lasts(kind: string, { proxy, all, healthy, measure }: Outage): Promise<void> {
  await delay(outageMs / 3);
  const [told, first] = [all.changes.length, measure()];
  const [heap, accepted, tried] = [heapUsed(), proxy.accepted(), inVain(all)];
  for (const end = Date.now() + (outageMs * 2) / 3; Date.now() < end; await delay(250)) {
    const now = measure();
    const words = `${kind}: ${JSON.stringify(now)}, at first ${JSON.stringify(first)}, before the outage ${JSON.stringify(healthy)}`;
    assert.ok(now.descriptors <= first.descriptors + most.descriptors && now.timers <= first.timers + most.timers, words);
    // What each queue awaits, it awaits once.
    assert.ok(now.awaited <= healthy.awaited + queues, words);
  }
  const grown = heapUsed() - heap;
  console.log(`${kind}: ${JSON.stringify(measure())}, the heap grew by ${Math.round(grown / 1000)} kB, ${inVain(all) - tried} tries`);
  assert.ok(grown < most.heapBytes, `${kind}: the heap grew by ${Math.round(grown / 1000)} kB`);
  assert.ok(proxy.accepted() - accepted <= outageMs / 1_000, `${kind}: ${proxy.accepted() - accepted} connections`);
  assert.ok(inVain(all) > tried, `${kind}: it is tried on`);
  assert.ok(all.changes.length - told <= queues, `${kind}: it is told once, in words that stay`);
}

function inVain({ watch: { counts } }: Watching): number {
  return [...counts].filter(([question]) => !question.endsWith(' OK')).reduce((sum, [, count]) => sum + count, 0);
}

async function answeredSince({ watch }: Watching, keys: readonly string[], since: Date): Promise<void> {
  const answeredAt = (key: string) => watch.seen(key)?.queue?.askedAt ?? '';
  const left = () => keys.filter((key) => answeredAt(key) < since.toISOString());
  // Those at rest are asked within half a minute.
  await until({ what: 'an answer about each queue', look: left, isSo: ({ length }) => length === 0, limitMs: 60_000 });
}

function isWithin(now: Use, before: Use, more: number): boolean {
  return now.descriptors <= before.descriptors + more && now.timers <= before.timers + more && now.awaited <= before.awaited + more;
}

outages.run();
