/** One HTTP/2 connection: opened within a time limit, asked for a sign of life when it is silent, and known to be dead when it is. */
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { TlsOptions } from './credentials.ts';

export interface Session {
  readonly http2: ClientHttp2Session;
  /** Why it ended; undefined while it has not, or when it ended in order. */
  failure(): Error | undefined;
}

export interface SessionOptions {
  readonly url: URL;
  readonly tls: TlsOptions;
  /** No new requests fit on it: it ended, or, in order, the server asks to leave it. */
  readonly onRetired: (isOrderly: boolean) => void;
}

const openLimitMs = 10_000;
/** A silent connection is asked after this long, and is dead when it stays silent as long again: 15 s at most after its last byte. */
const silenceMs = 5_000;
/** The defaults of 64 KiB would make a list wait for a round trip every 64 KiB; but what is under way is memory, sixteen lists at a start. */
const streamWindow = 256 << 10;
const sessionWindow = 1 << 20;

/** Resolves once the server itself has spoken, not just accepted the connection. */
export async function openSession({ url, tls, onRetired }: SessionOptions): Promise<Session> {
  const http2 = connect(url.origin, { ...tls, settings: { enablePush: false, initialWindowSize: streamWindow } });
  let failure: Error | undefined;
  http2.on('error', (error) => {
    failure ??= error;
  });
  http2.on('goaway', (code) => onRetired(code === constants.NGHTTP2_NO_ERROR));
  http2.on('close', () => onRetired(false));
  await untilOpen(http2, url);
  const stopWatching = watchSilence(http2);
  http2.on('close', stopWatching);
  return { http2, failure: () => failure };
}

function untilOpen(http2: ClientHttp2Session, url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
      http2.destroy();
    };
    const timer = setTimeout(() => fail(new Error(`${url.host} does not answer within ${openLimitMs / 1000} s`)), openLimitMs);
    http2.once('connect', () => {
      if (http2.alpnProtocol !== 'h2') return fail(new Error(`${url.host} does not speak HTTP/2`));
      http2.setLocalWindowSize(sessionWindow);
    });
    http2.once('remoteSettings', () => {
      clearTimeout(timer);
      resolve();
    });
    http2.once('error', fail);
    http2.once('close', () => fail(new Error(`${url.host} closed the connection`)));
  });
}

/** Any byte is a sign of life; a PING asks for one. Node's own timeouts cannot tell a silent watch from a dead connection. */
function watchSilence(http2: ClientHttp2Session): () => void {
  const { socket } = http2;
  let seen = socket.bytesRead;
  let isAsked = false;
  const look = () => {
    if (http2.destroyed) return;
    if (socket.bytesRead !== seen) isAsked = false;
    else if (isAsked) http2.destroy(new Error(`the connection is dead: no answer to a PING within ${silenceMs / 1000} s`));
    else {
      isAsked = true;
      http2.ping(() => {});
    }
    seen = socket.bytesRead;
  };
  // This process may itself have been frozen: what came meanwhile is read before it is judged.
  const timer = setInterval(() => setImmediate(look), silenceMs);
  timer.unref();
  return () => clearInterval(timer);
}
