/** Keeps one connection to the API server while anybody needs it: made on demand, made again with back-off, replaced when it retires. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BackOff, backOffMs } from './back-off.ts';
import type { Credentials } from './credentials.ts';
import { openSession, type Session } from './session.ts';

export interface Connection {
  /** The connection for a new request. Waits for one; throws what was in the way when the signal aborts first. */
  session(signal: AbortSignal): Promise<Session>;
  /** How many requests the server takes at once on this connection. */
  mostStreams(): number;
  /** New requests go to a new connection; those under way end on the old one. */
  retire(): void;
  close(): void;
}

const reconnect: BackOff = { firstMs: 100, longestMs: 5_000 };
/** One that ended sooner counts as a failed attempt: a proxy may accept whatever comes and drop it. */
const steadyMs = 3_000;
const usualStreams = 100;

export function keepConnection(credentials: Credentials): Connection {
  const open = new Set<Session>();
  const closing = new AbortController();
  let current: Session | undefined;
  let opening: Promise<void> | undefined;
  let waiting = 0;
  let failures = 0;
  /** The server asked to leave a connection that was just made. */
  let isHasty = false;
  let lastFailure: unknown = new Error('no connection');

  const usable = () => (current && !current.http2.closed && !current.http2.destroyed ? current : undefined);
  const attempt = async () => {
    const pause = Math.max(backOffMs(failures, reconnect), isHasty ? reconnect.firstMs : 0);
    isHasty = false;
    if (pause > 0) await delay(pause, undefined, { signal: closing.signal });
    const openedAt = performance.now();
    let session: Session | undefined;
    const onRetired = (isOrderly: boolean) => {
      if (!session) return;
      if (current === session) {
        current = undefined;
        isHasty = performance.now() - openedAt < steadyMs;
        if (isHasty && !isOrderly) failures++;
      }
      if (session.http2.closed || session.http2.destroyed) {
        lastFailure = session.failure() ?? new Error(`${credentials.url.host} closed the connection`);
        open.delete(session);
      }
    };
    session = await openSession({ url: credentials.url, tls: await credentials.tls(), onRetired });
    if (closing.signal.aborted) session.http2.destroy();
    open.add(session);
    current = session;
    setTimeout(() => {
      if (current === session) failures = 0;
    }, steadyMs).unref();
  };
  /** Goes on while somebody waits. */
  const openOne = async () => {
    while (!usable() && waiting > 0 && !closing.signal.aborted) {
      try {
        await attempt();
      } catch (error) {
        lastFailure = error;
        failures++;
      }
    }
    opening = undefined;
  };
  const session = async (signal: AbortSignal): Promise<Session> => {
    waiting++;
    try {
      for (let found = usable(); ; found = usable()) {
        if (closing.signal.aborted) throw new Error('the client is closed');
        if (found) return found;
        if (signal.aborted) throw lastFailure;
        opening ??= openOne();
        await either(opening, signal);
      }
    } finally {
      waiting--;
    }
  };
  const retire = () => {
    current?.http2.close();
    current = undefined;
  };
  const close = () => {
    closing.abort();
    for (const { http2 } of open) http2.destroy();
  };
  const mostStreams = () => current?.http2.remoteSettings.maxConcurrentStreams ?? usualStreams;
  return { session, mostStreams, retire, close };
}

/** Resolves with whichever comes first. */
function either(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    work.then(end, end);
  });
}
