/** `serve-definitions`: the development Transformation service in the foreground, until it is interrupted. */
import { isIP } from 'node:net';
import process from 'node:process';
import { status } from '@grpc/grpc-js';
import { quote } from '../definition/check.ts';
import { type DevelopmentServer, type Faults, type SeenRequest, startDevelopmentServer } from '../definition/development-server.ts';
import { listFolder } from '../definition/folder.ts';
import { problem } from '../problem.ts';
import { untilInterrupted } from './interruption.ts';
import { type Terminal, table } from './terminal.ts';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** A host that others can reach. */
  readonly allowRemote?: boolean;
  /** Name of the variable that holds the bearer token that is demanded. */
  readonly tokenEnv?: string;
  readonly slow?: number;
  readonly fail?: NonNullable<Faults['failing']>;
  readonly mutate?: readonly string[];
}

/** Serves `dir` until SIGINT or SIGTERM; 0 then, 1 when it cannot, 2 for options that do not go together. */
export async function serveDefinitionsVerb(dir: string, options: ServeOptions, terminal: Terminal): Promise<number> {
  const { host, tokenEnv, allowRemote = false } = options;
  const refuse = async (message: string, exitCode: number) => {
    await terminal.report([problem('SourceInvalid', message)]);
    return exitCode;
  };
  if (!allowRemote && !isLoopback(host)) {
    return refuse(
      `the host ${quote(host)} can be reached from outside; this server is for development only: add --allow-remote if that is meant`,
      2,
    );
  }
  const token = tokenEnv === undefined ? undefined : process.env[tokenEnv];
  if (tokenEnv !== undefined && !token) return refuse(`--token-env ${tokenEnv}: the variable is not set, or empty`, 2);
  const interrupted = untilInterrupted();
  let server: DevelopmentServer;
  try {
    const definitions = await listFolder(dir);
    server = await startDevelopmentServer({
      dir,
      port: options.port,
      host,
      faults: faultsOf(options),
      ...(token !== undefined && { token }),
      onAnswer: (seen, outcome) => {
        terminal.remark(logLine(seen, outcome)).catch(() => {});
      },
    });
    await introduce(server.address, dir, definitions, options, terminal);
  } catch (error) {
    return refuse((error as Error).message, 1);
  }
  const signal = await interrupted;
  await server.close();
  await terminal.remark(`${signal}: ended after ${server.requests()} requests`).catch(() => {});
  return 0;
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function faultsOf({ slow, fail, mutate }: ServeOptions): Faults {
  return { ...(slow !== undefined && { slowMs: slow }), ...(fail && { failing: fail }), ...(mutate && { mutated: mutate }) };
}

type Definitions = Awaited<ReturnType<typeof listFolder>>;

async function introduce(address: string, dir: string, definitions: Definitions, options: ServeOptions, terminal: Terminal): Promise<void> {
  const { tokenEnv, slow, fail, mutate } = options;
  await terminal.print(`${terminal.style('bold', address)} serves ${dir}, for development only; Ctrl-C ends it`);
  const rows = definitions.map(({ tenantId, id, versions }) => [tenantId, id, versions.map(String).join(', ')]);
  await terminal.print(
    rows.length > 0 ? table(['TENANT', 'ID', 'VERSIONS'], rows) : 'no definitions yet: it looks for <tenant>/<id>/<version>.json',
  );
  const faults = [
    ...(tokenEnv === undefined ? [] : [`demands the bearer token in ${tokenEnv}`]),
    ...(slow === undefined ? [] : [`answers ${slow} ms late`]),
    ...(fail ? [`fails ${fail.calls === undefined ? 'every call' : `the first ${fail.calls} calls`} with ${status[fail.code]}`] : []),
    ...(mutate?.length ? [`changes the bytes of ${mutate.join(', ')}`] : []),
  ];
  for (const fault of faults) await terminal.print(`on purpose: ${fault}`);
}

/** One line for a request, whatever it holds; tokens are never among it. */
function logLine({ id, tenantId, version, metadata }: SeenRequest, outcome: string): string {
  const request = metadata('x-request-id');
  return `tenant ${quote(tenantId)} id ${quote(id)} ${version === undefined ? 'latest' : `version ${version}`}: ${outcome}${request ? ` (request ${quote(request)})` : ''}`;
}

/** `UNAVAILABLE`, `14`, `UNAVAILABLE:3` (the first three calls). Undefined when it is none of these. */
export function parseFailure(text: string): NonNullable<Faults['failing']> | undefined {
  const [, name = '', calls] = /^([A-Za-z_]+|\d{1,2})(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  const value = (status as unknown as Record<string, unknown>)[name.toUpperCase()];
  const code = typeof value === 'string' ? Number(name) : value;
  if (typeof code !== 'number' || code === status.OK) return;
  return { code, ...(calls !== undefined && { calls: Number(calls) }) };
}
