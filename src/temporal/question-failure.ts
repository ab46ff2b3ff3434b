/** A question that fails although its server answers: what is known grows old, and that must show. Pure. */
import type { SeenQueueFailure } from '../sidecar/observation.ts';
import type { TemporalError } from './failure.ts';

export type QuestionFailure = SeenQueueFailure;

/** The first words stand while it goes on failing alike. */
export function failAgain(
  before: QuestionFailure | undefined,
  { method, error, now }: { method: string; error: TemporalError; now: string },
): QuestionFailure {
  const { kind, message } = error;
  const failure = kind === 'Unauthenticated' || kind === 'Forbidden' || kind === 'TlsFailed' ? kind : 'Unreachable';
  return before?.failure === failure ? before : { since: before?.since ?? now, failure, message: `${method} fails: ${message}` };
}
