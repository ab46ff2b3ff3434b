/** However many Processes there are: to each server, with each credential, one connection, opened when the first is asked about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Subject } from '../../src/temporal/subject.ts';
import type { FaultyProxy } from '../testbed/faulty-proxy.ts';
import { certificates, startTemporalGateway } from '../testbed/temporal-gateway.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { subjectFor, type Watching, watching, withProxy } from './watching.ts';

const connections = suite<{ server: TemporalServer }>('one connection for many Processes');
const namespaces = ['sales', 'support', 'billing', 'logistics'];
const ca = readFileSync(join(certificates, 'ca.pem'));

connections.before(async (context) => {
  context.server = await startTemporal({ namespaces });
});
connections.after(async ({ server }) => {
  await server?.stop();
});

const secret = (name: string) => ({ namespace: 'sales', name, key: 'value' });
const credential = (name: string): Partial<Subject> => ({ tls: { ca: secret('ca') }, apiKey: secret(name) });

/** Processes with queues of their own, over all namespaces; their keys. */
function add({ watch }: Watching, address: string, count: number, more: Partial<Subject>): string[] {
  const keys = Array.from({ length: count }, (_, at) => `${more.apiKey?.name}/p${at}`);
  keys.forEach((key, at) => {
    watch.set(subjectFor(address, { key, namespace: namespaces[at % namespaces.length]!, taskQueue: key, ...more }));
  });
  return keys;
}

async function allAnswered({ watch }: Watching, keys: readonly string[]): Promise<void> {
  const left = () => keys.filter((key) => watch.seen(key)?.queue === undefined);
  await until({ what: 'an answer about each queue', look: left, isSo: ({ length }) => length === 0, limitMs: 60_000 });
}

/** Before it dials, it looks whether there is anybody: that one is closed at once. On a busy machine a handshake may take too long. */
async function opened(proxy: FaultyProxy, count: number): Promise<void> {
  await until({ what: `${count} open connections`, look: proxy.open, isSo: (open) => open === count });
  assert.ok(proxy.accepted() <= 2 * count + 6, `${proxy.accepted()} were accepted in all`);
}

connections(
  'a hundred with one credential have one, one with another has another, and before the first there is none',
  async ({ server }) => {
    const gateway = await startTemporalGateway(server.address);
    const readCredentials = async ({ apiKey }: Subject) => ({ ca, apiKey: apiKey!.name });
    const work = (proxy: FaultyProxy) =>
      watching(
        async (all) => {
          await delay(500);
          assert.is(proxy.accepted(), 0);
          const keys = add(all, proxy.address, 100, credential('first'));
          await allAnswered(all, keys);
          await opened(proxy, 1);
          const others = add(all, proxy.address, 20, credential('second'));
          await allAnswered(all, others);
          await opened(proxy, 2);
          // Those that came first are asked on, over what is open.
          const [asked, accepted] = [all.count('DescribeTaskQueue', 'OK'), proxy.accepted()];
          await until({ what: 'more answers', look: () => all.count('DescribeTaskQueue', 'OK'), isSo: (count) => count > asked + 200 });
          assert.equal([proxy.open(), proxy.accepted()], [2, accepted]);
        },
        { rate: 200, readCredentials },
      );
    try {
      await withProxy(gateway.address, work);
    } finally {
      await gateway.stop();
    }
  },
);

connections.run();
