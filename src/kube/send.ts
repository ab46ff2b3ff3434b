/** One request with our credentials, and what came of it in our words. */
import { tool, version } from '../names.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { BrokenExchange, exchange, type Head } from './exchange.ts';
import { failureOf, unreachable } from './failure.ts';
import type { Session } from './session.ts';

export interface Client {
  readonly credentials: Credentials;
  readonly connection: Connection;
  /** By what was asked and the outcome: `LIST pods 200`. */
  readonly counts: Map<string, number>;
}

export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly idleMs?: number;
  readonly signal: AbortSignal;
  /** Only for what is no refusal, as `onChunk`. */
  readonly onHead?: () => void;
  readonly onChunk: (chunk: Buffer) => void;
}

/** So long one waits to be connected, through several attempts; then who asked is told what is in the way. */
const connectLimitMs = 5_000;

/** Throws a KubeFailure for every answer from 400 on, and for none; and what `onHead` and `onChunk` threw. */
export async function send(client: Client, sent: Sent): Promise<Head> {
  for (;;) {
    const refusal: Buffer[] = [];
    const head = await attempt(client, sent, refusal);
    if (head.code < 400) return head;
    const isRenewed = head.code === 401 && client.credentials.renew();
    if (!isRenewed) throw failureOf(head.code, parse(Buffer.concat(refusal).toString()), head.headers['retry-after']);
    // A client certificate belongs to the connection.
    client.connection.retire();
  }
}

async function attempt(client: Client, sent: Sent, refusal: Buffer[]): Promise<Head> {
  let isAnswered = false;
  try {
    const { session, headers } = await prepare(client, sent);
    return await exchange(session, {
      headers,
      body: sent.body,
      idleMs: sent.idleMs,
      signal: sent.signal,
      onHead: ({ code }) => {
        isAnswered = true;
        count(client, sent, String(code));
        if (code < 400) sent.onHead?.();
      },
      onChunk: (chunk, { code }) => (code < 400 ? sent.onChunk(chunk) : refusal.push(chunk)),
    });
  } catch (error) {
    if (!(error instanceof BrokenExchange)) throw error;
    if (!isAnswered) count(client, sent, 'Unreachable');
    throw unreachable(error.message, error.isUntouched);
  }
}

interface Prepared {
  readonly session: Session;
  readonly headers: Readonly<Record<string, string>>;
}

async function prepare({ credentials, connection }: Client, { method, path, contentType, signal }: Sent): Promise<Prepared> {
  try {
    const headers = {
      ':method': method,
      ':path': credentials.url.pathname.replace(/\/$/, '') + path,
      accept: 'application/json',
      'user-agent': `${tool}/${version}`,
      ...(contentType && { 'content-type': contentType }),
      ...(await credentials.headers()),
    };
    return { session: await connection.session(AbortSignal.any([signal, AbortSignal.timeout(connectLimitMs)])), headers };
  } catch (error) {
    throw new BrokenExchange(error, true);
  }
}

function count({ counts }: Client, { method, path }: Sent, outcome: string): void {
  const name = `${whatIsAsked(method, path)} ${outcome}`;
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** `GET pods`, `PATCH processes/status`; `LIST pods` and `WATCH pods` for a collection; `GET ` for what is no resource. */
function whatIsAsked(method: string, path: string): string {
  const [, , rest = ''] = /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/?([^?]*)/.exec(path) ?? [];
  const [plural = '', name, subresource] = rest.replace(/^namespaces\/[^/]+\/(?=.)/, '').split('/');
  const isCollection = method === 'GET' && plural !== '' && name === undefined;
  const verb = isCollection ? (/[?&]watch=true/.test(path) ? 'WATCH' : 'LIST') : method;
  return `${verb} ${[plural, subresource].filter(Boolean).join('/')}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
