/** One server of the test bed: a kept child with a scratch folder, its log in that folder, and a port that was free. */

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keep } from './keep.ts';

export interface ServerProcess {
  /** The pid of the keeper; the server is its child. */
  readonly pid: number;
  readonly name: string;
  readonly scratch: string;
  hasEnded(): boolean;
  /** The last lines that the server wrote. */
  log(): string;
  stop(): Promise<void>;
}

/** A folder for one server; it goes when the server is stopped or the test ends. */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `ameide-${name}-`));
}

export function startServer(name: string, executable: string, args: readonly string[], scratch: string): ServerProcess {
  const logFile = join(scratch, 'log');
  const output = openSync(logFile, 'a');
  const { child, ended, stop } = keep(executable, args, { scratch, cwd: scratch, output, background: true });
  closeSync(output);
  let over = false;
  ended.finally(() => {
    over = true;
  });
  return {
    pid: child.pid ?? 0,
    name,
    scratch,
    hasEnded: () => over,
    log: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n'),
    stop: async () => {
      await stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Asks until the answer is yes. Throws with the servers' logs when one of them ends first, or after `limitMs`. */
export async function untilReady(servers: readonly ServerProcess[], isReady: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const started = Date.now();
  while (!(await isReady())) {
    const ended = servers.find((server) => server.hasEnded());
    const late = Date.now() - started > limitMs;
    if (ended || late)
      throw new Error(`${ended ? `${ended.name} ended while it started` : `not ready after ${limitMs / 1000} s`}.\n${logs(servers)}`);
    await delay(50);
  }
}

function logs(servers: readonly ServerProcess[]): string {
  return servers.map((server) => `--- ${server.name}, last lines:\n${server.log()}`).join('\n');
}

/** Different loopback ports that are free now. All are held until the last is found, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map(close));
  return ports;
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
