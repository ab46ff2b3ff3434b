/** The client of the Kubernetes API: requests and streams over as few connections as bear them, with deadlines, and failures of one closed set. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Resource } from '../resource.ts';
import { keepConnection } from './connection.ts';
import { type CredentialsSource, readCredentials } from './credentials.ts';
import { KubeFailure, unreachable } from './failure.ts';
import { type Client, send } from './send.ts';
import { slots } from './slots.ts';
import { streamClients } from './stream-clients.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query: `/api/v1/namespaces/sales/pods?limit=250`. */
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` by default. */
  readonly contentType?: string;
  /** For everything: connecting, waiting for a turn, and for a server that asks to be left alone. 10 s by default. */
  readonly timeoutMs?: number;
  /** It waits for no turn: whoever leads must stay so, however many statuses wait to be written. */
  readonly isUrgent?: boolean;
}

export interface StreamCall {
  readonly path: string;
  /** The stream fails when nothing comes for so long; by default never: the connection's own signs of life are looked after. */
  readonly idleMs?: number;
  readonly signal: AbortSignal;
  /** The server has agreed; chunks follow. */
  readonly onOpen?: () => void;
  readonly onChunk: (chunk: Buffer) => void;
}

export interface Kube {
  /** The object that the server answers. Throws a KubeFailure. */
  request(call: Call): Promise<Resource>;
  /** A GET whose answer is taken as it comes. Resolves when the server has ended it; throws a KubeFailure, or what `onChunk` threw. */
  stream(call: StreamCall): Promise<void>;
  /** The pod's own namespace, or that of the kubeconfig's context. */
  readonly namespace: string;
  /** How often what was asked, with which outcome: `LIST pods 200`. */
  readonly counts: ReadonlyMap<string, number>;
  /** Everything under way fails. */
  close(): void;
}

const defaultTimeoutMs = 10_000;
const mostAtOnce = 32;
const shortestPauseMs = 100;

/** Nothing is asked yet. Throws an Error with the reason when the configuration cannot be used. */
export async function connectKube(source: CredentialsSource = {}): Promise<Kube> {
  const credentials = readCredentials(source);
  const counts = new Map<string, number>();
  const open = (): Client => ({ credentials, counts, connection: keepConnection(credentials) });
  const client = open();
  const streams = streamClients(client, open);
  const turns = slots(() => Math.max(1, Math.min(mostAtOnce, client.connection.mostStreams() - streams.onFirst())));
  const once = async (call: Call, signal: AbortSignal): Promise<Resource> => {
    if (call.isUrgent) return collect(client, call, signal);
    const free = await turns.take(signal).catch((error: Error) => {
      throw unreachable(error.message, true);
    });
    try {
      return await collect(client, call, signal);
    } finally {
      free();
    }
  };
  const stream = async ({ onOpen, ...call }: StreamCall) => {
    await streams.use((over) => send(over, { method: 'GET', ...call, ...(onOpen && { onHead: onOpen }) }));
  };
  return {
    request: (call) => withRetries(call, once),
    stream,
    namespace: credentials.namespace,
    counts,
    close: streams.close,
  };
}

async function collect(client: Client, call: Call, signal: AbortSignal): Promise<Resource> {
  const { method, path, body, contentType = 'application/json' } = call;
  const chunks: Buffer[] = [];
  const sent = body === undefined ? {} : { body: JSON.stringify(body), contentType };
  await send(client, { method, path, signal, ...sent, onChunk: (chunk) => chunks.push(chunk) });
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text) as Resource;
  } catch {
    throw new KubeFailure('ServerFailed', `the answer is no JSON: ${text.slice(0, 100)}`);
  }
}

/** Until there is an answer that stands, or the time is over. */
async function withRetries(call: Call, once: (call: Call, signal: AbortSignal) => Promise<Resource>): Promise<Resource> {
  const { timeoutMs = defaultTimeoutMs } = call;
  const endsAt = performance.now() + timeoutMs;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${Number((timeoutMs / 1000).toFixed(1))} s`)), timeoutMs);
  try {
    for (;;) {
      try {
        return await once(call, deadline.signal);
      } catch (error) {
        const pause = pauseBeforeRetry(call, error);
        if (pause === undefined || performance.now() + pause >= endsAt) throw error;
        await delay(pause);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Only what the server asks to be repeated, or has certainly not done, or changes nothing. Undefined: no retry. */
function pauseBeforeRetry({ method }: Call, error: unknown): number | undefined {
  if (!(error instanceof KubeFailure)) return;
  const { kind, retryAfterMs, isUntouched } = error;
  if (retryAfterMs !== undefined) return Math.max(retryAfterMs, shortestPauseMs) * (1 + Math.random() / 4);
  return kind === 'Unreachable' && (isUntouched || method === 'GET') ? shortestPauseMs : undefined;
}
