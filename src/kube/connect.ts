/** The Kubernetes API: who one is and where it is from client-node's KubeConfig, one HTTP/2 connection for all requests and watches. */
import { existsSync, readFileSync } from 'node:fs';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type { RequestOptions } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { KubeConfig } from '@kubernetes/client-node';
import { concurrencyLimit } from '../definition/concurrency-limit.ts';
import { tool, version } from '../names.ts';
import type { Resource } from '../resource.ts';
import { failureOf, KubeFailure, unreachable } from './failure.ts';
import { openSessions, type Sessions } from './session.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query: `/api/v1/namespaces/sales/pods?limit=250`. */
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` by default. */
  readonly contentType?: string;
  /** For the whole answer; 10 s by default. */
  readonly timeoutMs?: number;
}

export interface Kube {
  /** The object that the server answers. Throws a KubeFailure. */
  request(call: Call): Promise<Resource>;
  /** Hears each object of a watch. Ends when the server ends it; throws a KubeFailure. `signal` ends it, too. */
  stream(path: string, onObject: (object: Resource) => void, signal: AbortSignal): Promise<void>;
  /** The pod's own namespace, or that of the kubeconfig's context. */
  readonly namespace: string;
  /** How often what was asked, with which outcome: `GET pods 200`. */
  readonly counts: ReadonlyMap<string, number>;
  close(): void;
}

export interface ConnectOptions {
  /** A kubeconfig file; by default KUBECONFIG, the usual file, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const usualTimeoutMs = 10_000;
/** Below every server's limit of streams on a connection, which watches share. */
const atATime = 50;
/** Tokens of service accounts rotate long before they expire. */
const credentialsForMs = 60_000;

/** Nothing is asked yet. Throws an Error with the reason when the configuration cannot be used. */
export async function connectKube({ kubeconfig, context }: ConnectOptions = {}): Promise<Kube> {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('no cluster is configured: set KUBECONFIG, or name a kubeconfig with a current context');
  const { ca, cert, key, servername, rejectUnauthorized } = await optionsOf(config);
  const tls = { ca, cert, key, ...(servername && { servername }), ...(rejectUnauthorized !== undefined && { rejectUnauthorized }) };
  const sessions = openSessions({ url: cluster.server, tls: withoutUndefined(tls) });
  return client(sessions, headersOf(config), namespaceOf(config));
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function namespaceOf(config: KubeConfig): string {
  const own = config.getContextObject(config.getCurrentContext())?.namespace;
  if (own) return own;
  return existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default';
}

/** The authorization header, read anew from time to time, and at once after a refusal. */
function headersOf(config: KubeConfig): (anew: boolean) => Promise<Record<string, string>> {
  let headers: Promise<Record<string, string>> | undefined;
  let readAt = 0;
  const read = async () => {
    const { headers: found, auth } = await optionsOf(config);
    const { Authorization, authorization } = (found ?? {}) as Record<string, string | undefined>;
    const basic = auth ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined;
    const value = Authorization ?? authorization ?? basic;
    return value === undefined ? ({} as Record<string, string>) : { authorization: value };
  };
  return (anew) => {
    if (headers && !anew && Date.now() - readAt < credentialsForMs) return headers;
    readAt = Date.now();
    headers = read();
    headers.catch(() => {
      headers = undefined;
    });
    return headers;
  };
}

function client(sessions: Sessions, headers: ReturnType<typeof headersOf>, namespace: string): Kube {
  const limit = concurrencyLimit(atATime);
  const counts = new Map<string, number>();
  const count = ({ method, path }: Pick<Call, 'method' | 'path'>, outcome: string) => {
    const name = `${method} ${resourceIn(path)} ${outcome}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const open = async (call: Call, anew: boolean): Promise<Opened> => {
    const authorization = await headers(anew).catch((error: Error) => {
      throw unreachable(`the credentials cannot be read: ${error.message}`);
    });
    const opened = await begin(sessions.current(), call, authorization);
    count(call, String(opened.code));
    if (opened.code === 401 && !anew) {
      opened.stream.close();
      return open(call, true);
    }
    return opened;
  };
  const counted = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const failure = error instanceof KubeFailure ? error : unreachable((error as Error).message);
      if (failure.kind === 'Unreachable') count(call, failure.kind);
      throw failure;
    }
  };
  return {
    namespace,
    counts,
    request: (call) => limit(() => counted(call, async () => answerOf(await open(call, false)))),
    stream: (path, onObject, signal) => {
      const call: Call = { method: 'GET', path, timeoutMs: 0 };
      return counted(call, async () => {
        const opened = await open(call, false);
        const end = () => opened.stream.close();
        signal.addEventListener('abort', end, { once: true });
        try {
          if (signal.aborted) return end();
          if (opened.code >= 300) await answerOf(opened);
          await eachLine(opened.stream, (line) => onObject(JSON.parse(line) as Resource));
        } finally {
          signal.removeEventListener('abort', end);
        }
      });
    },
    close: () => sessions.close(),
  };
}

interface Opened {
  readonly stream: ClientHttp2Stream;
  readonly code: number;
  readonly retryAfter: string | undefined;
}

/** Sends a request; resolves with the head of the answer. */
function begin(session: ClientHttp2Session, call: Call, authorization: Record<string, string>): Promise<Opened> {
  const { method, path, body, contentType = 'application/json', timeoutMs = usualTimeoutMs } = call;
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      accept: 'application/json',
      'user-agent': `${tool}/${version}`,
      ...authorization,
      ...(body !== undefined && { 'content-type': contentType }),
    });
    const seconds = (timeoutMs || usualTimeoutMs) / 1000;
    const late = setTimeout(() => stream.destroy(unreachable(`${method} ${path}: no answer within ${seconds} s`)), seconds * 1000);
    // A watch may be silent for long once it is open; an answer may not.
    stream.once('response', (head) => {
      if (timeoutMs === 0) clearTimeout(late);
      resolve({ stream, code: Number(head[':status']), retryAfter: head['retry-after'] as string | undefined });
    });
    stream.once('close', () => {
      clearTimeout(late);
      reject(unreachable(`${method} ${path}: the connection was lost`));
    });
    stream.on('error', (error) => reject(error instanceof KubeFailure ? error : unreachable(`${method} ${path}: ${error.message}`)));
    stream.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function answerOf({ stream, code, retryAfter }: Opened): Promise<Resource> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body = parse(text);
  if (code >= 300) throw failureOf(code, body, retryAfter);
  if (body === undefined) throw unreachable('the answer was cut');
  return body;
}

function parse(text: string): Resource | undefined {
  try {
    return JSON.parse(text) as Resource;
  } catch {
    return;
  }
}

async function eachLine(stream: ClientHttp2Stream, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }
}

/** The plural name of what a path is about: `pods`, `processes/status`. */
function resourceIn(path: string): string {
  const [, , rest = ''] = /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/?([^?]*)/.exec(path) ?? [];
  const parts = rest.replace(/^namespaces\/[^/]+\/(?=.)/, '').split('/');
  return parts.length > 2 ? `${parts[0]}/${parts[2]}` : (parts[0] ?? '');
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
