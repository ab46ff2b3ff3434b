/** One HTTP/2 connection to the API server for everything; a new one when it breaks, falls silent, or the server asks for it. */
import { type ClientHttp2Session, connect } from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import { unreachable } from './failure.ts';

export interface Sessions {
  /** A session that can take a stream; throws a KubeFailure when there was none a moment ago, so that nobody hammers. */
  current(): ClientHttp2Session;
  close(): void;
}

export interface SessionOptions {
  readonly url: string;
  readonly tls: SecureContextOptions & { readonly servername?: string; readonly rejectUnauthorized?: boolean };
}

const pingEveryMs = 10_000;
const pingWithinMs = 5_000;
const connectWithinMs = 5_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function openSessions({ url, tls }: SessionOptions): Sessions {
  let session: ClientHttp2Session | undefined;
  let failures = 0;
  let notBefore = 0;
  let lastError = '';
  const drop = (broken: ClientHttp2Session) => {
    if (session === broken) session = undefined;
  };
  const open = () => {
    const opened = connect(url, { ...tls, settings: { enablePush: false } });
    let isConnected = false;
    opened.once('connect', () => {
      isConnected = true;
      failures = 0;
    });
    opened.on('error', (error: Error) => {
      lastError = error.message;
    });
    // Streams that are open may finish on it; new ones go to a new one.
    opened.on('goaway', () => drop(opened));
    opened.once('close', () => {
      drop(opened);
      if (isConnected) return;
      failures++;
      notBefore = Date.now() + Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2);
    });
    watchPulse(opened);
    return opened;
  };
  return {
    current: () => {
      if (session && !session.closed && !session.destroyed) return session;
      if (Date.now() < notBefore) throw unreachable(`${url}: ${lastError || 'the connection was lost'}`);
      session = open();
      return session;
    },
    close: () => session?.destroy(),
  };
}

/** A connection that silently leads nowhere answers no ping. */
function watchPulse(session: ClientHttp2Session): void {
  let late = setTimeout(() => session.destroy(new Error(`not connected within ${connectWithinMs / 1000} s`)), connectWithinMs);
  session.once('connect', () => clearTimeout(late));
  const timer = setInterval(() => {
    if (session.connecting) return;
    clearTimeout(late);
    late = setTimeout(() => session.destroy(new Error(`no answer to a ping within ${pingWithinMs / 1000} s`)), pingWithinMs);
    session.ping(() => clearTimeout(late));
  }, pingEveryMs);
  session.once('close', () => {
    clearTimeout(late);
    clearInterval(timer);
  });
}
