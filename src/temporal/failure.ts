/** What Temporal, or the way to it, can fail with: gRPC statuses translated here and nowhere else. */
import { isGrpcServiceError } from '@temporalio/client';
import type { TemporalFailure } from '../sidecar/observation.ts';

/** `NamespaceNotFound` and `RateLimited` are answers of a server that works; so is `Other`. */
export type FailureKind = TemporalFailure | 'NamespaceNotFound' | 'RateLimited' | 'Other';

export class TemporalError extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.name = 'TemporalError';
    this.kind = kind;
  }
}

const code = {
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
};

/** What grpc-js says when the handshake fails; it gives no code for it. */
const tlsWords = /certificate|self-signed|ssl|tls|EPROTO|wrong version number|ERR_TLS|altname|ECONNRESET.*handshake/i;

export function translate(error: unknown): TemporalError {
  if (error instanceof TemporalError) return error;
  const cause = isGrpcServiceError(error) ? error : (error as { cause?: unknown }).cause;
  if (!isGrpcServiceError(cause)) return new TemporalError('Other', error instanceof Error ? error.message : String(error));
  const words = cause.details || cause.message;
  switch (cause.code as number) {
    case code.deadlineExceeded:
      return new TemporalError(isTls(words) ? 'TlsFailed' : 'Unreachable', `no answer in time${words ? `: ${words}` : ''}`);
    case code.unavailable:
      return new TemporalError(isTls(words) ? 'TlsFailed' : 'Unreachable', words);
    case code.unauthenticated:
      return new TemporalError('Unauthenticated', words);
    case code.permissionDenied:
      return new TemporalError('Forbidden', words);
    case code.resourceExhausted:
      return new TemporalError('RateLimited', words);
    case code.notFound:
      return new TemporalError(/namespace/i.test(words) ? 'NamespaceNotFound' : 'Other', words);
    default:
      return new TemporalError('Other', words);
  }
}

function isTls(words: string): boolean {
  return tlsWords.test(words);
}
