import { readdirSync, readlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openConnection, type TemporalConnection } from '../../src/temporal/connection.ts';
import type { TemporalError } from '../../src/temporal/failure.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { keep } from '../testbed/keep.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { heapUsed } from './heap-used.ts';
import { withProxy } from './watching.ts';

const connections = suite<{ server: TemporalServer }>('connection to Temporal');

connections.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
connections.after(async ({ server }) => {
  await server?.stop();
});

const open = (address: string, onDrop: () => void = () => {}) => openConnection({ subject: { address }, credentials: {}, onDrop });
const ask = (connection: TemporalConnection) => connection.ask(({ workflowService }) => workflowService.getSystemInfo({}));
/** Its kind and message; undefined: it was answered. */
const failureOf = (connection: TemporalConnection) =>
  ask(connection).then(
    () => undefined,
    ({ kind, message }: TemporalError) => `${kind}: ${message}`,
  );
/** Node does not list those of gRPC, which keep no process alive. */
const sockets = () => readdirSync('/proc/self/fd').filter(isSocket).length;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

connections('it is lazy, and opened by the first question', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    const connection = open(proxy.address);
    await delay(300);
    assert.is(proxy.accepted(), 0);
    assert.is(await failureOf(connection), undefined);
    connection.close();
  }),
);

connections('a thousand questions in vain leave nothing behind, and the next is answered', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    const connection = open(proxy.address);
    await ask(connection);
    await proxy.refuse();
    await until({ what: 'the failure', look: () => failureOf(connection), isSo: (failure) => failure !== undefined });
    for (let round = 0; round < 200; round++) await failureOf(connection);
    const before = { sockets: sockets(), timers: timers(), heap: heapUsed() };
    for (let round = 0; round < 1_000; round++) {
      assert.match((await failureOf(connection)) ?? '', /^Unreachable: (connect ECONNREFUSED|no answer|Connection dropped)/);
      if (round % 10 === 0) await delay(10);
    }
    assert.ok(sockets() <= before.sockets + 2, `${before.sockets} → ${sockets()} sockets`);
    assert.ok(timers() <= before.timers + 3, `${before.timers} → ${timers()} timers`);
    const grown = heapUsed() - before.heap;
    assert.ok(grown < 3e6, `the heap grew by ${Math.round(grown / 1000)} kB`);
    await proxy.pass();
    await until({ what: 'an answer', look: () => failureOf(connection), isSo: (failure) => failure === undefined, limitMs: 3_000 });
    connection.close();
  }),
);

connections('what is closed while the server is silent does not stay open', async () => {
  const [port = 0] = await freePorts(1);
  const script = `require('node:net').createServer((socket) => socket.on('error', () => {}).resume()).listen(${port}, '127.0.0.1')`;
  const silent = keep(process.execPath, ['-e', script]);
  try {
    await until({ what: 'the port', look: () => reaches(port), isSo: Boolean });
    const before = sockets();
    const opened = Array.from({ length: 20 }, () => open(`127.0.0.1:${port}`));
    const asked = opened.map(failureOf);
    await until({ what: 'twenty connections', look: () => sockets() - before, isSo: (count) => count >= 20 });
    for (const connection of opened) connection.close();
    await Promise.all(asked);
    await until({ what: 'their end', look: () => sockets() - before, isSo: (count) => count <= 0, limitMs: 5_000 });
  } finally {
    await silent.stop();
  }
});

connections('a port whose queue is full, so that not even the connection is made', async () => {
  const [port = 0] = await freePorts(1);
  const script = `require('node:net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => process.kill(process.pid, 'SIGSTOP'))`;
  const frozen = keep(process.execPath, ['-e', script]);
  const fillers: Socket[] = [];
  try {
    await until({ what: 'the port', look: () => reaches(port), isSo: Boolean });
    // Each is made by the kernel until the queue is full.
    const isFull = async () => {
      const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
      fillers.push(socket);
      return Promise.race([delay(500).then(() => true), new Promise<boolean>((resolve) => socket.once('connect', () => resolve(false)))]);
    };
    await until({ what: 'a full queue', look: isFull, isSo: Boolean });
    const connection = open(`127.0.0.1:${port}`);
    await until({
      what: 'the reason',
      look: () => failureOf(connection),
      isSo: (failure) => failure === 'Unreachable: no connection within 2 s',
    });
    connection.close();
  } finally {
    for (const socket of fillers) socket.destroy();
    await frozen.stop();
  }
});

connections('what answers there is no gRPC server', async () => {
  const stranger = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.9\r\n'));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const connection = open(`127.0.0.1:${(stranger.address() as { port: number }).port}`);
  try {
    assert.is(await failureOf(connection), 'Unreachable: Protocol error');
  } finally {
    connection.close();
    stranger.close();
  }
});

connections('it tells when it drops', ({ server }) =>
  withProxy(server.address, async (proxy) => {
    let drops = 0;
    const connection = open(proxy.address, () => {
      drops++;
    });
    await ask(connection);
    assert.is(drops, 0);
    proxy.resetOpen();
    await until({ what: 'the news', look: () => drops, isSo: (count) => count === 1, limitMs: 2_000 });
    await ask(connection);
    connection.close();
    await delay(100);
    assert.is(drops, 1, 'closing it is no drop');
  }),
);

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:');
  } catch {
    return false;
  }
}

function reaches(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

connections.run();
