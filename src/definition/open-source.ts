/** Chooses the adapter for a source's address. The gRPC adapter is loaded only when it is needed: it costs start-up time. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Problem, problem } from '../problem.ts';
import { parseEndpoint, parseServicePath, withoutCredentials } from './endpoint.ts';
import { folderSource } from './folder.ts';
import type { Tls } from './grpc.ts';
import type { DefinitionSource } from './source.ts';

/** How to reach the source of definitions. */
export interface SourceOptions {
  /** `grpc://HOST:PORT`, `grpcs://HOST:PORT` (either may hold `{namespace}`), or a folder. */
  readonly url: string;
  /** What relative folders and files are relative to. */
  readonly baseDir: string;
  /** `/PACKAGE.SERVICE/METHOD` or `PACKAGE.SERVICE`; by default ours in proto/. */
  readonly servicePath?: string;
  /** For each attempt, in milliseconds; by default 5,000. */
  readonly deadlineMs?: number;
  /** How often to ask before giving up; by default 3. */
  readonly attempts?: number;
  /** The first pause between attempts, in milliseconds, doubled each time; by default 250. */
  readonly backoffMs?: number;
  /** Gives the bearer token (see token.ts). What it throws goes into a message, so it must not hold the token. */
  readonly readToken?: (() => string) | undefined;
  /** Send the token over an unencrypted connection to another machine too. */
  readonly allowInsecureToken?: boolean;
  readonly tls?: TlsFiles;
}

/** PEM files, relative to `baseDir`. */
interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name in the server's certificate, where it differs from the host. */
  readonly serverName?: string;
}

/** The source, not yet connected; or why the options cannot be used. Whoever opens it closes it. */
export async function openSource(options: SourceOptions): Promise<DefinitionSource | Problem> {
  const { url, baseDir, servicePath, tls = {}, ...rest } = options;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined && url !== '') {
    const dir = resolve(baseDir, url);
    return refuseFolder(url, dir) ?? folderSource(dir);
  }
  if (scheme !== 'grpc' && scheme !== 'grpcs') {
    return problem(
      'SourceInvalid',
      `The source ${withoutCredentials(url)} is not grpc://HOST:PORT, grpcs://HOST:PORT or a folder. Correct it.`,
    );
  }
  const endpoint = parseEndpoint(url, 'any');
  if ('reason' in endpoint) return endpoint;
  const path = parseServicePath(servicePath);
  if (typeof path !== 'string') return path;
  const pem = readTls(tls, baseDir);
  if ('reason' in pem) return pem;
  const { grpcSource } = await import('./grpc.ts');
  return grpcSource({ ...rest, endpoint: url, path, tls: pem });
}

/** Why the folder `dir`, named as `text`, is no source; undefined when it is there. An address whose scheme was forgotten is told as such. */
export function refuseFolder(text: string, dir: string): Problem | undefined {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const isAddress = /^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}\/?$/i.test(text);
  const what = found ? 'is a file, not a folder' : isAddress ? 'is no folder' : 'is a folder that does not exist';
  const next = isAddress
    ? `did you mean grpc://${text.replace(/\/$/, '')}?`
    : 'name the folder that holds <tenant>/<id>/<version>.json, or grpc://HOST:PORT';
  return problem('SourceInvalid', `the source ${withoutCredentials(text)} ${what}; ${next}`);
}

function readTls({ caFile, certFile, keyFile, serverName }: TlsFiles, baseDir: string): Tls | Problem {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    return problem('SourceInvalid', 'Of a client certificate and its key only one is named. Name both or neither.');
  }
  try {
    const read = (file: string) => readFileSync(resolve(baseDir, file));
    return {
      ...(caFile !== undefined && { ca: read(caFile) }),
      ...(certFile !== undefined && { cert: read(certFile) }),
      ...(keyFile !== undefined && { key: read(keyFile) }),
      ...(serverName !== undefined && { serverName }),
    };
  } catch (error) {
    return problem('SourceInvalid', `A TLS file of the source cannot be read: ${(error as Error).message}. Correct its path.`);
  }
}
