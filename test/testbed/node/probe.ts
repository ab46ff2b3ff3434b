/** One container's probe, asked again and again as Kubernetes defines it. */
import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sandboxed } from './sandbox.ts';

export interface Probe {
  readonly httpGet?: {
    readonly host?: string;
    readonly port: number | string;
    readonly path?: string;
    readonly scheme?: string;
    readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly tcpSocket?: { readonly host?: string; readonly port: number | string };
  readonly exec?: { readonly command?: readonly string[] };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface Probed {
  readonly process: Sandboxed;
  /** Where a port of the manifests really is. */
  portOf(port: number | string): number;
}

export interface Prober {
  readonly probe: Probe;
  readonly probed: Probed;
  readonly signal: AbortSignal;
  /** Called whenever as many answers in a row as its threshold says agree, each time again. */
  decided(isGood: boolean, message: string): void;
}

/** Asks until `signal` is aborted. */
export async function keepProbing({ probe, probed, signal, decided }: Prober): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  const pause = (seconds: number) => delay(seconds * 1000, undefined, { ref: false, signal }).catch(() => {});
  let [previous, count] = [false, 0];
  await pause(initialDelaySeconds);
  while (!signal.aborted) {
    const failure = await ask(probe, probed);
    if (signal.aborted) return;
    const isGood = failure === undefined;
    count = isGood === previous ? count + 1 : 1;
    previous = isGood;
    if (count >= (isGood ? successThreshold : failureThreshold)) decided(isGood, failure ?? '');
    await pause(periodSeconds);
  }
}

/** Undefined: it is well. Else what is wrong. */
async function ask(probe: Probe, { process, portOf }: Probed): Promise<string | undefined> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet) return askHttp(probe.httpGet, portOf(probe.httpGet.port), timeoutMs);
  if (probe.tcpSocket) return askTcp(probe.tcpSocket.host, portOf(probe.tcpSocket.port), timeoutMs);
  if (!probe.exec) return 'the stand-in kubelet knows httpGet, tcpSocket and exec';
  const code = await process.exec(probe.exec.command ?? [], timeoutMs);
  return code === 0 ? undefined : code === undefined ? `command timed out after ${timeoutMs / 1000} s` : `command ended with ${code}`;
}

function askHttp(get: NonNullable<Probe['httpGet']>, port: number, timeout: number): Promise<string | undefined> {
  const { host = '127.0.0.1', path = '/', scheme = 'HTTP', httpHeaders = [] } = get;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
  const options = { host, port, path, headers, agent: false, rejectUnauthorized: false };
  return new Promise((resolve) => {
    const call = (scheme === 'HTTPS' ? requestSecurely : request)(options, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      clearTimeout(limit);
      resolve(statusCode >= 200 && statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    // The whole answer has so long, not only the next byte of it.
    const limit = setTimeout(() => call.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    call.on('error', (error) => {
      clearTimeout(limit);
      resolve(error.message);
    });
    call.end();
  });
}

function askTcp(host = '127.0.0.1', port: number, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout }, () => finish(undefined));
    const finish = (failure: string | undefined) => {
      socket.destroy();
      resolve(failure);
    };
    socket.on('error', (error) => finish(error.message));
    socket.on('timeout', () => finish(`no connection within ${timeout / 1000} s`));
  });
}
