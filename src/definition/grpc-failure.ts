/** The one table from gRPC statuses to findings. */
import { type ServiceError, status } from '@grpc/grpc-js';
import { type Problem, problem, type Reason, reasons } from '../problem.ts';
import { asked, tooLarge } from './check.ts';
import type { DefinitionRequest } from './source.ts';

const reasonOf: Readonly<Record<status, Reason>> = {
  [status.OK]: 'SourceAnswerInvalid',
  [status.CANCELLED]: 'SourceUnreachable',
  [status.UNKNOWN]: 'SourceAnswerInvalid',
  [status.INVALID_ARGUMENT]: 'DefinitionNotFound',
  [status.DEADLINE_EXCEEDED]: 'SourceTimedOut',
  [status.NOT_FOUND]: 'DefinitionNotFound',
  [status.ALREADY_EXISTS]: 'SourceAnswerInvalid',
  [status.PERMISSION_DENIED]: 'SourceUnauthorized',
  [status.RESOURCE_EXHAUSTED]: 'SourceUnreachable',
  [status.FAILED_PRECONDITION]: 'SourceAnswerInvalid',
  [status.ABORTED]: 'SourceUnreachable',
  [status.OUT_OF_RANGE]: 'DefinitionNotFound',
  [status.UNIMPLEMENTED]: 'SourceAnswerInvalid',
  [status.INTERNAL]: 'SourceAnswerInvalid',
  [status.UNAVAILABLE]: 'SourceUnreachable',
  [status.DATA_LOSS]: 'SourceAnswerInvalid',
  [status.UNAUTHENTICATED]: 'SourceUnauthorized',
};

const retried = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.ABORTED, status.RESOURCE_EXHAUSTED];

/** Whether asking again may help. */
export function isRetried(error: ServiceError): boolean {
  return retried.includes(error.code) && !isOverLimit(error);
}

/** What a failed question was, for its message. */
export interface Question {
  readonly url: string;
  readonly path: string;
  readonly request: DefinitionRequest;
  readonly attempts: number;
  /** Taken out of what the server says, should it repeat it. */
  readonly token: string | undefined;
}

/** The finding for the error of the last attempt. */
export function describeFailure(error: ServiceError, { url, path, request, attempts, token }: Question): Problem {
  if (isOverLimit(error)) return tooLarge(`The answer of ${url} for ${asked(request)}`, undefined);
  const reason = reasonOf[error.code] ?? 'SourceAnswerInvalid';
  const code = status[error.code] ?? `status ${error.code}`;
  const method = error.code === status.UNIMPLEMENTED ? ` at ${path}` : '';
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return problem(
    reason,
    `${url} was asked for ${asked(request)} (${tried})${method}: ${code}${details(error, token)}. ${reasons[reason][1]}`,
  );
}

function details({ details: text }: ServiceError, token: string | undefined): string {
  const shown = (token ? text.replaceAll(token, '…') : text)
    // grpc-js ends with this when it has no note.
    .replace(/Resolution note:\s*$/, '')
    .trim()
    .replace(/\.+$/, '');
  return shown === '' ? '' : ` (${shown.length > 300 ? `${shown.slice(0, 300)}…` : shown})`;
}

/** gRPC has no status of its own for this; grpc-js and grpc-go both word it so, for sender and receiver. */
function isOverLimit({ code, details: text }: ServiceError): boolean {
  return code === status.RESOURCE_EXHAUSTED && /message larger than max/i.test(text);
}
