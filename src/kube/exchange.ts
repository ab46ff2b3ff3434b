/** One request on a connection and its answer, in chunks as they come. */
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { Session } from './session.ts';

export interface Head {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
}

export interface Exchange {
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | undefined;
  /** Its reason is what the exchange then fails with. */
  readonly signal: AbortSignal;
  /** So long may nothing come; absent: for ever, for watches. */
  readonly idleMs?: number | undefined;
  readonly onHead?: (head: Head) => void;
  readonly onChunk: (chunk: Buffer, head: Head) => void;
}

export class BrokenExchange extends Error {
  /** The server has certainly not acted on it. */
  readonly isUntouched: boolean;

  constructor(cause: unknown, isUntouched: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isUntouched = isUntouched;
  }
}

/** Resolves once the answer is complete; throws `BrokenExchange` when it is not, or what `onHead` and `onChunk` threw. */
export function exchange(session: Session, asked: Exchange): Promise<Head> {
  return new Promise((resolve, reject) => {
    let stream: ClientHttp2Stream;
    try {
      stream = session.http2.request(asked.headers, { endStream: asked.body === undefined });
    } catch (error) {
      reject(new BrokenExchange(error, true));
      return;
    }
    follow(stream, asked, (head, failure) => {
      if (head && !failure) resolve(head);
      else if (failure?.isOurs) reject(failure.error);
      else reject(new BrokenExchange(session.failure() ?? failure?.error ?? 'the connection ended', isUntouched(stream)));
    });
    if (asked.body !== undefined) stream.end(asked.body);
  });
}

interface Failure {
  readonly error: unknown;
  /** What we stopped it for, not what became of it. */
  readonly isOurs: boolean;
}

/** `done` gets the head when the answer is complete, else why it is not, if that is known. */
function follow(stream: ClientHttp2Stream, asked: Exchange, done: (head?: Head, failure?: Failure) => void): void {
  const { signal, idleMs } = asked;
  let head: Head | undefined;
  let failure: Failure | undefined;
  let hasEnded = false;
  const stop = (error: unknown) => {
    failure ??= { error, isOurs: true };
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const ours = (work: () => void) => {
    try {
      work();
    } catch (error) {
      stop(error);
    }
  };
  const abort = () => stop(new BrokenExchange(signal.reason, stream.pending));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  if (idleMs !== undefined) stream.setTimeout(idleMs, () => stop(new BrokenExchange(`nothing came for ${idleMs / 1000} s`, false)));
  stream.on('response', (headers) => {
    const received = { code: Number(headers[':status']), headers };
    head = received;
    ours(() => asked.onHead?.(received));
    // Not before: data that came together with the head would be emitted first.
    stream.on('data', (chunk: Buffer) => {
      if (!failure) ours(() => asked.onChunk(chunk, received));
    });
  });
  stream.on('end', () => {
    hasEnded = true;
  });
  stream.on('error', (error) => {
    failure ??= { error, isOurs: false };
  });
  stream.on('close', () => {
    signal.removeEventListener('abort', abort);
    const isWhole = hasEnded && !stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR;
    done(isWhole ? head : undefined, failure);
  });
}

function isUntouched(stream: ClientHttp2Stream): boolean {
  return stream.pending || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
}
