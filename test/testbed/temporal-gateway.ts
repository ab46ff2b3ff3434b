/**
 * A gateway in front of a Temporal server, as a company or Temporal Cloud has one: TLS, API keys, client certificates, refusals of chosen
 * methods, and a count of the calls.
 */

import { readFileSync } from 'node:fs';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { createSecureServer, createServer } from 'node:http2';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { withFreePorts } from './free-ports.ts';
import { openUpstream } from './http2-upstream.ts';
import { root } from './parts.ts';

/** gRPC statuses that a gateway gives by itself. */
const statuses = { PERMISSION_DENIED: 7, RESOURCE_EXHAUSTED: 8, UNAVAILABLE: 14, UNAUTHENTICATED: 16 } as const;

type Refusal = keyof typeof statuses;

export interface GatewayOptions {
  /** False: no TLS, for counting and refusing alone. Default: true. */
  readonly tls?: boolean;
  /** True: a client needs a certificate of the same authority. */
  readonly clientCertificate?: boolean;
  /** Calls need `authorization: Bearer KEY`. */
  readonly apiKey?: string;
}

export interface TemporalGateway {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** From now on calls need this key; with `undefined` none is needed. */
  requireKey(apiKey: string | undefined): void;
  /** Answers a method, such as `DescribeTaskQueue` (`*`: each), by itself; `undefined` ends that. */
  refuse(method: string, refusal: Refusal | undefined): void;
  /** Asked about each call of a method; undefined: it is handed on. */
  intervene(how: (method: string) => CallIntervention | undefined): void;
  /** How often each method was called so far, refused or not. */
  calls(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** `lost`: it goes nowhere and is never answered; `done`: it is handed on and done, that is called, and the client never hears of it. */
export type CallIntervention = 'lost' | { readonly done: () => void };

/** The certificates' folder; `ca.pem` signed the gateway's (for localhost and 127.0.0.1) and `client.pem`. */
export const certificates = join(root, 'test/definition/tls');

/** `temporal` is the server's address. */
export function startTemporalGateway(temporal: string, options: GatewayOptions = {}): Promise<TemporalGateway> {
  return withFreePorts(1, ([port = 0]) => start(temporal, options, port));
}

async function start(temporal: string, options: GatewayOptions, port: number): Promise<TemporalGateway> {
  const upstream = openUpstream(`http://${temporal}`);
  const refusals = new Map<string, Refusal>();
  const calls: Record<string, number> = {};
  let key = options.apiKey;
  let decide: (method: string) => CallIntervention | undefined = () => undefined;
  const server = options.tls === false ? createServer() : createSecureServer(tlsOptions(options));
  const sessions = new Set<ServerHttp2Session>();
  // One that is not read, such as a handshake that was broken off, would never be noticed to be gone.
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.on('session', (session) => {
    sessions.add(session.on('close', () => sessions.delete(session)).on('error', () => {}));
  });
  server.on('stream', (stream, headers) => {
    // A client that is killed breaks off what it asked for.
    stream.on('error', () => {});
    const method = headers[':path']?.split('/').at(-1) ?? '';
    calls[method] = (calls[method] ?? 0) + 1;
    const isKnown = key === undefined || headers.authorization === `Bearer ${key}`;
    const refusal = isKnown ? (refusals.get(method) ?? refusals.get('*')) : 'UNAUTHENTICATED';
    if (refusal) answer(stream, refusal, `the gateway of the test bed refuses ${method}`);
    else {
      const intervention = decide(method);
      if (typeof intervention === 'object') keepAnswer(stream, intervention.done);
      if (intervention !== 'lost') forward(stream, headers);
    }
  });
  const forward = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
    upstream.forward(stream, headers, () => answer(stream, 'UNAVAILABLE', `no answer from ${temporal}`));
  await listen(server, port);
  return {
    address: `127.0.0.1:${port}`,
    requireKey: (apiKey) => {
      key = apiKey;
    },
    refuse: (method, refusal) => {
      if (refusal) refusals.set(method, refusal);
      else refusals.delete(method);
    },
    intervene: (how) => {
      decide = how;
    },
    calls: () => ({ ...calls }),
    stop: async () => {
      upstream.close();
      for (const one of [...sessions, ...sockets]) one.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tlsOptions({ clientCertificate = false }: GatewayOptions) {
  const read = (name: string) => readFileSync(join(certificates, name));
  const demand = { requestCert: clientCertificate, rejectUnauthorized: clientCertificate };
  return { key: read('server-key.pem'), cert: read('server.pem'), ca: read('ca.pem'), ...demand };
}

/** A whole answer in one header block, as gRPC does it where there is nothing but a status. */
function answer(stream: ServerHttp2Stream, refusal: Refusal, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  const status = { 'grpc-status': statuses[refusal], 'grpc-message': encodeURIComponent(message) };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
  stream.resume();
}

/** The server has done it and answers: nobody hears of that. */
function keepAnswer(stream: ServerHttp2Stream, done: () => void): void {
  stream.respond = () => {
    done();
    stream.destroy();
  };
}

function listen(server: Http2Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
}
