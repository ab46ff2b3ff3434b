/** A TCP proxy on loopback in front of a server of the test bed, that passes, falls silent, refuses or resets, as a test says. */

import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { freePorts } from './free-ports.ts';

export interface FaultyProxy {
  /** `127.0.0.1:PORT`, where no other place was asked for. */
  readonly address: string;
  /** The target's URL with the proxy's port, where the target was given as one. */
  readonly url: string;
  /** Connections that were accepted so far. */
  accepted(): number;
  /** Connections that clients have open now. */
  open(): number;
  /** The healthy state, as at the start. What was held back by `blackHole` goes on. */
  pass(): Promise<void>;
  /** Connections are accepted and never answered; those that are open stay open and fall silent. */
  blackHole(): Promise<void>;
  /** The port is closed, and so is every connection: the server is gone. */
  refuse(): Promise<void>;
  /** Every connection is reset, those that are open and each new one. */
  reset(): Promise<void>;
  /** Those that are open are reset, once; new ones pass. */
  resetOpen(): void;
  /** Those that are open fall silent for good, as when a router forgets them; new ones pass. */
  silenceOpen(): void;
  stop(): Promise<void>;
}

/** Where it listens. */
interface Place {
  readonly host: string;
  readonly port: number;
}

/** `target` is `HOST:PORT` or a URL. Default place: a free port of 127.0.0.1. */
export async function startFaultyProxy(target: string, place?: Place): Promise<FaultyProxy> {
  const { hostname, port: targetPort, protocol } = new URL(target.includes('://') ? target : `tcp://${target}`);
  const { host, port } = place ?? { host: '127.0.0.1', port: (await freePorts(1))[0] ?? 0 };
  const links = new Set<Link>();
  let behaviour: 'pass' | 'black hole' | 'reset' = 'pass';
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    accepted++;
    const link = open(client, () => connect({ host: hostname, port: Number(targetPort), allowHalfOpen: true }));
    links.add(link);
    client.on('close', () => links.delete(link));
    if (behaviour === 'reset') link.reset();
    if (behaviour === 'pass') link.pass();
  });
  const each = (act: (link: Link) => void) => [...links].forEach(act);
  const behave = async (next: typeof behaviour) => {
    behaviour = next;
    await listen(server, { host, port });
  };
  const refuse = () => {
    each((link) => link.reset());
    return close(server);
  };
  await behave('pass');
  return {
    address: `${host}:${port}`,
    url: `${protocol}//${host}:${port}`,
    accepted: () => accepted,
    open: () => links.size,
    pass: () => behave('pass').then(() => each((link) => link.pass())),
    blackHole: () => behave('black hole').then(() => each((link) => link.hold())),
    reset: () => behave('reset').then(() => each((link) => link.reset())),
    refuse,
    resetOpen: () => each((link) => link.reset()),
    silenceOpen: () => each((link) => link.silence()),
    stop: refuse,
  };
}

/** A client's connection and, once it passes, the one to the server. */
interface Link {
  pass(): void;
  hold(): void;
  silence(): void;
  reset(): void;
}

function open(client: Socket, connectToServer: () => Socket): Link {
  let server: Socket | undefined;
  let passing = false;
  let silent = false;
  const reset = () => {
    for (const socket of [client, server]) if (socket) resetOne(socket);
  };
  const hold = () => {
    passing = false;
    for (const socket of [client, server]) socket?.unpipe().pause();
  };
  const pass = () => {
    if (passing || silent || client.destroyed) return;
    passing = true;
    server ??= connectToServer().on('error', reset);
    client.pipe(server).pipe(client);
  };
  client.on('error', reset);
  client.on('close', () => server?.destroy());
  const silence = () => {
    silent = true;
    hold();
  };
  return { pass, hold, silence, reset };
}

/** A socket that is shutting down cannot be reset; Node leaves its handle open then, and waits for it without end when the process exits. */
function resetOne(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function listen(server: Server, { host, port }: Place): Promise<void> {
  if (server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      server.off('error', reject).unref();
      resolve();
    });
  });
}

/** The connections are gone already or go by themselves; what counts is that none is accepted any more. */
function close(server: Server): Promise<void> {
  if (server.listening) server.close();
  return Promise.resolve();
}
