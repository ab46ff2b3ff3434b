/** A real Temporal for tests: the development server on loopback, with the search attribute that workers use. */

import { join } from 'node:path';
import process from 'node:process';
import { withFreePorts } from './free-ports.ts';
import { part } from './parts.ts';
import type { ServerProcess } from './server-process.ts';
import { scratchFolder, startServer, untilReady } from './server-process.ts';
import type { TemporalNamespaces } from './temporal-namespaces.ts';
import { openNamespaces, searchAttribute } from './temporal-namespaces.ts';

export interface TemporalOptions {
  /** Namespaces beside `default`. */
  readonly namespaces?: readonly string[];
  /** Temporal's dynamic configuration, such as `{ 'matching.PollerHistoryTTL': '5s' }`. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
}

export interface TemporalServer extends Pick<TemporalNamespaces, 'createNamespace' | 'deprecateNamespace' | 'deleteNamespace'> {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Prometheus metrics, by which calls can be counted from the server's side. */
  readonly metricsUrl: string;
  readonly server: ServerProcess;
  /** A crash. Port and state stay for `restart`. */
  kill(): Promise<void>;
  /** SIGSTOP: connections are accepted, or stay open, and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts it again (a running one is killed first), on the same port and with its state, and waits until it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. The end of the test process does the same, however it comes. */
  stop(): Promise<void>;
}

/** Starts a server in less than a second. Throws with its log when it cannot. */
export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalServer> {
  const executable = await part('temporal');
  return withFreePorts(3, (ports) => start(executable, options, ports));
}

async function start(executable: string, options: TemporalOptions, [port, http, metrics]: readonly number[]): Promise<TemporalServer> {
  const scratch = scratchFolder('temporal');
  const address = `127.0.0.1:${port}`;
  const ports = [`--port=${port}`, `--http-port=${http}`, `--metrics-port=${metrics}`];
  // Neither a person's own configuration of the CLI, nor a look for newer versions, which is a call outside.
  const env = { PATH: process.env.PATH, HOME: scratch, TEMPORAL_VERSION_CHECK_DISABLED: '1' };
  const server = startServer({ name: 'temporal', executable, args: [...serverArgs(scratch, options), ...ports], scratch, env });
  const namespaces = openNamespaces(address);
  const { areServed, close, ...changes } = namespaces;
  const stop = async () => {
    await server.stop();
    await close();
  };
  try {
    await untilReady([server], () => areServed(options.namespaces ?? []));
  } catch (error) {
    await stop();
    throw error;
  }
  const restart = async () => {
    await server.restart();
    await untilReady([server], () => areServed([]));
  };
  const { kill, pause, resume } = server;
  const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  return { address, metricsUrl, server, kill, pause, resume, restart, stop, ...changes };
}

/** The state is in a file, so that it survives a restart. */
function serverArgs(scratch: string, { namespaces = [], dynamicConfig = {} }: TemporalOptions): string[] {
  return [
    'server',
    'start-dev',
    '--headless',
    '--ip=127.0.0.1',
    `--db-filename=${join(scratch, 'temporal.db')}`,
    `--search-attribute=${searchAttribute}=Keyword`,
    ...namespaces.map((name) => `--namespace=${name}`),
    ...Object.entries(dynamicConfig).map(([key, value]) => `--dynamic-config-value=${key}=${JSON.stringify(value)}`),
  ];
}
