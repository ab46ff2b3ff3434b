/**
 * Connecting within a time. grpc-js waits for ever for a connection that is accepted and then silent, and as long as the kernel for one that
 * is not even refused: it would not notice that the server is back, and closing it would leave the socket open. It also keeps no reason.
 */
import { connect, type Socket } from 'node:net';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { Credentials } from './credentials.ts';
import { TemporalError } from './failure.ts';

export interface DialFailure {
  readonly isTls: boolean;
  readonly message: string;
}

export interface Dialer {
  /** What grpc-js connects with. */
  readonly credentials: ChannelCredentials;
  /** Why the last attempt failed; undefined: none did since there was a connection. */
  lastFailure(): DialFailure | undefined;
  /** There is a connection. */
  succeeded(): void;
}

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;
type SecureConnection = Awaited<ReturnType<SecureConnector['connect']>>;

/** A call waits no longer than 3 s: what takes longer than this to connect is of no use to it. */
const acceptedWithinMs = 2_000;
const answeredWithinMs = 2_500;

/** Throws a TemporalError of kind TlsFailed where the certificates are none. */
export function openDialer(isTls: boolean, given: Credentials): Dialer {
  const inner = isTls ? tlsCredentials(given) : credentials.createInsecure();
  let lastFailure: DialFailure | undefined;
  const note = (failure: DialFailure) => {
    lastFailure = failure;
  };
  const dialing: ChannelCredentials = Object.create(inner, {
    // Connections that differ in credentials alone must not share sockets.
    _equals: { value: (other: ChannelCredentials) => other === dialing },
    _createSecureConnector: {
      value: (...[target, ...rest]: Parameters<ChannelCredentials['_createSecureConnector']>) =>
        inTime({ inner: inner._createSecureConnector(target, ...rest), path: target.path, note }),
    },
  });
  const succeeded = () => {
    lastFailure = undefined;
  };
  return { credentials: dialing, lastFailure: () => lastFailure, succeeded };
}

function tlsCredentials({ ca, cert, key }: Credentials): ChannelCredentials {
  try {
    return credentials.createSsl(ca ?? null, key ?? null, cert ?? null);
  } catch (error) {
    throw new TemporalError('TlsFailed', `the certificates cannot be used: ${reasonOf(error)}`);
  }
}

interface Attempt {
  readonly inner: SecureConnector;
  /** `HOST:PORT` that is connected to: the server's, or the proxy's. */
  readonly path: string;
  readonly note: (failure: DialFailure) => void;
}

function inTime({ inner, path, note }: Attempt): SecureConnector {
  return {
    waitForReady: async () => {
      await inner.waitForReady();
      await tryToReach(path).catch((error: Error) => {
        note({ isTls: false, message: error.message });
        throw error;
      });
    },
    connect: (socket) => connectInTime(socket, { inner, path, note }),
    getCallCredentials: () => inner.getCallCredentials(),
    destroy: () => inner.destroy(),
  };
}

/** The connection itself is made by grpc-js, which sets it no limit: so first one that has. */
function tryToReach(path: string): Promise<void> {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(path) ?? [];
  if (host === undefined || port === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    const late = setTimeout(() => socket.destroy(new Error(`no connection within ${acceptedWithinMs / 1000} s`)), acceptedWithinMs);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('close', () => clearTimeout(late));
  });
}

async function connectInTime(socket: Socket, { inner, note }: Attempt): Promise<SecureConnection> {
  let secured: SecureConnection | undefined;
  let giveUp: (error: Error) => void = () => {};
  const late = setTimeout(() => {
    if (secured && secured.socket.bytesRead > 0) return;
    const error = new Error(`the connection is accepted, but nothing comes within ${answeredWithinMs / 1000} s`);
    note({ isTls: false, message: error.message });
    giveUp(error);
    secured?.socket.destroy(error);
    socket.destroy();
  }, answeredWithinMs);
  socket.once('close', () => clearTimeout(late));
  const tooLate = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  tooLate.catch(() => {});
  try {
    secured = await Promise.race([inner.connect(socket), tooLate]);
  } catch (error) {
    note({ isTls: !lost.has((error as { code?: unknown }).code), message: reasonOf(error) });
    throw error;
  }
  watchFirstWords(secured, note);
  return secured;
}

/** A client certificate that is missing or refused is told only after the handshake. */
function watchFirstWords({ socket, secure }: SecureConnection, note: (failure: DialFailure) => void): void {
  let hasFailed = false;
  socket.once('error', (error: NodeJS.ErrnoException) => {
    hasFailed = true;
    note({ isTls: secure && /^ERR_(SSL|TLS)_/.test(error.code ?? ''), message: reasonOf(error) });
  });
  socket.once('close', () => {
    if (hasFailed || socket.bytesRead > 0) return;
    note({ isTls: false, message: `the connection is closed at once${secure ? '' : '; is TLS expected?'}` });
  });
}

/** In a handshake every error is one of TLS, but that the connection was lost. */
const lost: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', undefined]);

/** OpenSSL's messages hold file names and thread numbers; its reasons are in words. */
function reasonOf(error: unknown): string {
  const { reason, message } = error as { reason?: unknown; message?: unknown };
  return String(typeof reason === 'string' && reason !== '' ? reason : (message ?? error)).trim();
}
