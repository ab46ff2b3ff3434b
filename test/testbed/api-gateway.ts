/** A gateway in front of kube-apiserver that hands requests on, refuses or cuts those that a test says, and asks its clients to leave. */

import { readFileSync } from 'node:fs';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { constants, createSecureServer } from 'node:http2';
import { dirname, join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { freePorts } from './free-ports.ts';
import { openUpstream } from './http2-upstream.ts';
import { type Credentials, writeKubeconfig } from './kubeconfig.ts';

/**
 * An HTTP answer; or `cut`: the request is handed on and done, and the client's connection is lost before it hears of that; with `done`, that
 * is called first.
 */
export type Intervention = Answer | 'cut' | { readonly done: () => void };

interface Answer {
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** How long the client waits for it. */
  readonly afterMs?: number;
}

export interface ApiGateway extends Credentials {
  /** Asked about each request, such as `GET /api/v1/pods?limit=250`; undefined: it is handed on. */
  intervene(how: (request: string) => Intervention | undefined): void;
  /** What was asked so far. */
  requests(): readonly string[];
  /** How many connections there were so far. */
  connections(): number;
  /** GOAWAY, as a server that shuts down or balances its load sends it: streams that are open may end. */
  goAway(): void;
  /** Every connection is lost. */
  cut(): void;
  stop(): Promise<void>;
}

/** With the API server's own certificate, which names the address. */
export async function startApiGateway(plane: ControlPlane): Promise<ApiGateway> {
  const [port = 0] = await freePorts(1);
  const cert = readFileSync(plane.caFile);
  const server = createSecureServer({ cert, key: readFileSync(plane.caFile.replace(/\.crt$/, '.key')) });
  const upstream = openUpstream(plane.url, { ca: cert });
  const sessions = new Set<ServerHttp2Session>();
  const requests: string[] = [];
  let connections = 0;
  let decide: (request: string) => Intervention | undefined = () => undefined;
  server.on('session', (session) => {
    connections++;
    sessions.add(session.on('close', () => sessions.delete(session)).on('error', () => {}));
  });
  server.on('stream', (stream, headers) => {
    // A client that is killed breaks off what it asked for.
    stream.on('error', () => {});
    const request = `${headers[':method']} ${headers[':path']}`;
    requests.push(request);
    const intervention = decide(request);
    if (intervention === 'cut') cutWhenDone(stream, () => upstream.forward(stream, headers, () => {}));
    else if (intervention && 'done' in intervention) {
      cutWhenDone(stream, () => upstream.forward(stream, headers, () => {}), intervention.done);
    } else if (intervention) setTimeout(() => answer(stream, intervention), intervention.afterMs ?? 0);
    else upstream.forward(stream, headers, () => answer(stream, { code: 502, body: 'no answer from the API server' }));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const session of sessions) session.destroy();
  };
  const kubeconfig = join(dirname(plane.kubeconfig), `gateway-${port}.kubeconfig`);
  const url = `https://127.0.0.1:${port}`;
  return {
    ...writeKubeconfig({ ...plane, url, kubeconfig }, { user: 'tester' }),
    intervene: (how) => {
      decide = how;
    },
    requests: () => requests,
    connections: () => connections,
    goAway: () => {
      for (const session of sessions) session.goaway(constants.NGHTTP2_NO_ERROR);
    },
    cut,
    stop: async () => {
      upstream.close();
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(stream: ServerHttp2Stream, { code, headers, body = '' }: Answer): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ':status': code, ...headers });
  stream.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The server's answer is taken for the client, who never gets it. */
function cutWhenDone(stream: ServerHttp2Stream, forward: () => void, done = () => {}): void {
  stream.respond = () => {
    done();
    stream.session?.destroy();
  };
  forward();
}
