/** Loopback ports for the servers of the test bed. */

import type { Server } from 'node:net';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere): a client that keeps trying a server that
 * is down would otherwise, now and then, be given the server's own port, connect to itself, and keep the server from coming back.
 */
const range = { first: 10_000, count: 22_000 };

/**
 * Starts something on ports that are free now, once more with others when one of them was taken by somebody else before it was listened
 * on.
 */
export async function withFreePorts<T>(count: number, start: (ports: readonly number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const ports = await freePorts(count);
    try {
      return await start(ports);
    } catch (error) {
      const areFree = await Promise.all(ports.map(isFree));
      if (areFree.every((free) => free) || attempt === 3) throw error;
    }
  }
}

/** Different ports that are free now. All are held until the last is found, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = range.first + Math.floor(Math.random() * range.count);
    const server = held.has(port) ? undefined : await listen(port).catch(() => undefined);
    if (server) held.set(port, server);
  }
  await Promise.all([...held.values()].map(close));
  return [...held.keys()];
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
