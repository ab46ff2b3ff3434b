/** What Temporal, or the way to it, can fail with: gRPC statuses and failed connections translated here and nowhere else. */
import { isGrpcServiceError } from '@temporalio/client';
import { getGrpcStatusDetails } from '@temporalio/client/lib/helpers.js';
import type { TemporalFailure } from '../sidecar/observation.ts';
import type { DialFailure } from './dial.ts';

/**
 * `NamespaceNotFound` and `RateLimited` are answers of a server that works; `Unsupported`: it lacks the method; so may be `Other`.
 * `NotQueryable`: the name cannot be put into a query safely, so nothing was asked. `AttributeMissing`: the namespace does not know the
 * search attribute.
 */
export type FailureKind =
  | TemporalFailure
  | 'NamespaceNotFound'
  | 'RateLimited'
  | 'Unsupported'
  | 'NotQueryable'
  | 'AttributeMissing'
  | 'Other';

/** What the server answered, beyond words. */
export interface Answered {
  /** The gRPC status. */
  readonly code?: number;
  /** Too many at the same time, rather than too many in a second. */
  readonly isConcurrencyLimit?: boolean;
}

export class TemporalError extends Error {
  readonly kind: FailureKind;
  readonly answered: Answered;

  constructor(kind: FailureKind, message: string, answered: Answered = {}) {
    super(message);
    this.name = 'TemporalError';
    this.kind = kind;
    this.answered = answered;
  }
}

/** gRPC statuses that say something only to who asked. */
export const grpcStatus = { invalidArgument: 3, deadlineExceeded: 4, notFound: 5, alreadyExists: 6 } as const;

const kinds: Readonly<Record<number, FailureKind>> = {
  4: 'Unreachable', // DEADLINE_EXCEEDED
  7: 'Forbidden', // PERMISSION_DENIED
  8: 'RateLimited', // RESOURCE_EXHAUSTED
  12: 'Unsupported', // UNIMPLEMENTED
  14: 'Unreachable', // UNAVAILABLE
  16: 'Unauthenticated',
};

/** Of each call, unless it has one of its own. */
export const deadlineMs = 3_000;

/** The type of the error's details, which is what tells a missing namespace from other things that are missing. */
const namespaceNotFound = 'temporal.api.errordetails.v1.NamespaceNotFoundFailure';

/**
 * `dial` is why the last attempt to connect failed, where there is no connection now. The message is the same each time that the same
 * thing fails: it stands in statuses, where a time in it would be a change.
 */
export function translate(error: unknown, dial?: DialFailure, withinMs = deadlineMs): TemporalError {
  if (error instanceof TemporalError) return error;
  const cause = isGrpcServiceError(error) ? error : (error as { cause?: unknown }).cause;
  // An error of the client itself may quote what it was given, the API key for one.
  if (!isGrpcServiceError(cause)) return new TemporalError('Other', `the client cannot ask (${(error as Error).name})`);
  const code = cause.code as number;
  const kind = kinds[code];
  if (kind === 'Unreachable' && dial) return new TemporalError(dial.isTls ? 'TlsFailed' : kind, dial.message);
  if (code === grpcStatus.deadlineExceeded) return new TemporalError('Unreachable', `no answer within ${withinMs / 1000} s`, { code });
  const words = tidy(cause.details || cause.message);
  if (kind === 'RateLimited') return new TemporalError(kind, words, { code, isConcurrencyLimit: isConcurrencyLimit(cause) });
  if (kind) return new TemporalError(kind, words, { code });
  const details = cause.metadata?.get('grpc-status-details-bin')[0];
  const isNamespace = code === grpcStatus.notFound && details !== undefined && details.toString().includes(namespaceNotFound);
  return new TemporalError(isNamespace ? 'NamespaceNotFound' : 'Other', words, { code });
}

/** `ResourceExhaustedFailure { cause: RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT }` as it is encoded; what a gateway answers has no details. */
const concurrentLimit = { type: 'temporal.api.errordetails.v1.ResourceExhaustedFailure', begins: [0x08, 2] } as const;

function isConcurrencyLimit(error: Parameters<typeof getGrpcStatusDetails>[0]): boolean {
  try {
    return (getGrpcStatusDetails(error) ?? []).some(
      ({ type_url: type, value }) =>
        type?.endsWith(concurrentLimit.type) && concurrentLimit.begins.every((byte, at) => value?.[at] === byte),
    );
  } catch {
    return false;
  }
}

/** Without what grpc-js puts around the words, and without the time that it adds. */
function tidy(words: string): string {
  return words
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/\. Resolution note: $/, '')
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '')
    .replace(/^Name resolution failed for target dns:(.*)$/, 'the name of $1 is not known')
    .trim();
}
