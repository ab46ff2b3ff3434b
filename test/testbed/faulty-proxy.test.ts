import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FaultyProxy } from './faulty-proxy.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { until } from './until.ts';

const test = suite<{ echo: Server; proxy: FaultyProxy }>('faulty proxy');

test.before.each(async (context) => {
  context.echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => context.echo.listen(0, '127.0.0.1', resolve));
  context.proxy = await startFaultyProxy(`http://127.0.0.1:${(context.echo.address() as AddressInfo).port}`);
});
test.after.each(async ({ echo, proxy }) => {
  await proxy.stop();
  await new Promise((resolve) => echo.close(resolve));
});

/** A connection that remembers what came back and how it ended. */
interface Caller {
  readonly socket: Socket;
  received: string;
  ended: string | undefined;
}

function call({ address }: FaultyProxy): Caller {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
  const caller: Caller = { socket, received: '', ended: undefined };
  socket.on('data', (chunk: Buffer) => {
    caller.received += chunk.toString();
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    caller.ended = code;
  });
  socket.on('close', () => {
    caller.ended ??= 'closed';
  });
  return caller;
}

const hears = (caller: Caller, text: string) =>
  until({ what: `"${text}"`, look: () => caller.received, isSo: (received) => received === text, limitMs: 5_000 });

const ends = (caller: Caller, how: string) =>
  until({ what: `the end by ${how}`, look: () => caller.ended, isSo: (ended) => ended === how, limitMs: 5_000 });

/** A quarter of a second is long on loopback, where an echo takes less than a millisecond. */
async function staysSilent(caller: Caller, heard: string): Promise<void> {
  await delay(250);
  assert.is(caller.received, heard);
  assert.is(caller.ended, undefined);
}

test('passes, both ways and to the end', async ({ proxy }) => {
  const caller = call(proxy);
  caller.socket.end('a'.repeat(1_000_000));
  await ends(caller, 'closed');
  assert.is(caller.received.length, 1_000_000);
  assert.match(proxy.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.is(proxy.accepted(), 1);
});

test('a black hole accepts and is silent, to open connections, too, which go on afterwards', async ({ proxy }) => {
  const before = call(proxy);
  before.socket.write('1');
  await hears(before, '1');
  await proxy.blackHole();
  const during = call(proxy);
  during.socket.write('3');
  before.socket.write('2');
  await Promise.all([staysSilent(before, '1'), staysSilent(during, '')]);
  assert.is(proxy.accepted(), 2, 'it was accepted');
  await proxy.pass();
  await Promise.all([hears(before, '12'), hears(during, '3')]);
  await proxy.pass();
  before.socket.write('4');
  await hears(before, '124');
  for (const { socket } of [before, during]) socket.destroy();
});

test('refuses as a server that is gone, and comes back on the same port', async ({ proxy }) => {
  const open = call(proxy);
  open.socket.write('1');
  await hears(open, '1');
  assert.is(proxy.open(), 1);
  await proxy.refuse();
  await ends(open, 'ECONNRESET');
  await until({ what: 'its end here', look: proxy.open, isSo: (count) => count === 0 });
  await ends(call(proxy), 'ECONNREFUSED');
  await proxy.pass();
  const again = call(proxy);
  again.socket.write('2');
  await hears(again, '2');
  again.socket.destroy();
});

test('resets connections, for as long as it is told to or once', async ({ proxy }) => {
  const open = call(proxy);
  open.socket.write('1');
  await hears(open, '1');
  await proxy.reset();
  await ends(open, 'ECONNRESET');
  await ends(call(proxy), 'ECONNRESET');
  await proxy.pass();
  const next = call(proxy);
  next.socket.write('2');
  await hears(next, '2');
  proxy.resetOpen();
  await ends(next, 'ECONNRESET');
  const last = call(proxy);
  last.socket.write('3');
  await hears(last, '3');
  last.socket.destroy();
});

test('an open connection falls silent for good while new ones pass', async ({ proxy }) => {
  const open = call(proxy);
  open.socket.write('1');
  await hears(open, '1');
  proxy.silenceOpen();
  open.socket.write('2');
  const next = call(proxy);
  next.socket.write('3');
  await hears(next, '3');
  await proxy.pass();
  await staysSilent(open, '1');
  for (const { socket } of [open, next]) socket.destroy();
});

test('a target that is gone resets the caller', async ({ proxy, echo }) => {
  echo.close();
  await ends(call(proxy), 'ECONNRESET');
  echo.listen(0);
});

test.run();
