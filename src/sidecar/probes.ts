/** The HTTP port of the sidecar: /healthz, /readyz and /metrics. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface ProbesOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Undefined: ready; else what it waits for. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => AsyncIterable<string>;
  /** Told when the metrics themselves fail; not when whoever asked has left. */
  readonly onMetricsFailed: (error: Error) => void;
}

export interface Probes {
  readonly port: number;
  close(): void;
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Throws when the port cannot be had. */
export async function openProbes({ host, port, notReady, metrics, onMetricsFailed }: ProbesOptions): Promise<Probes> {
  const answer = (response: ServerResponse, problem: string | undefined) => {
    response.writeHead(problem === undefined ? 200 : 503, { 'content-type': 'text/plain' }).end(`${problem ?? 'ok'}\n`);
  };
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') answer(response, undefined);
    else if (path === '/readyz') answer(response, notReady());
    else if (path === '/metrics') void sendMetrics(response, metrics(), onMetricsFailed);
    else response.writeHead(404).end('try /healthz, /readyz or /metrics\n');
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What fails midway is a broken connection: whoever asks sees by it that the answer is not whole. */
async function sendMetrics(response: ServerResponse, metrics: AsyncIterable<string>, onFailed: (error: Error) => void): Promise<void> {
  response.setHeader('content-type', metricsType);
  try {
    await pipeline(inTurns(metrics), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') onFailed(error as Error);
  }
}

/** So long others wait; with many short turns whoever asks would wait past Prometheus' ten seconds while there is much to do. */
const turnMs = 20;

/** A socket that takes everything would have all of it made in one go; a status need not wait for that. */
async function* inTurns(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let sinceMs = performance.now();
  for await (const piece of pieces) {
    yield piece;
    if (performance.now() - sinceMs < turnMs) continue;
    await nextTurn();
    sinceMs = performance.now();
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
}
