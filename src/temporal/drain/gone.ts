/** What was to be changed is not there any more: then there is nothing left to do about it. */
import { grpcStatus, TemporalError } from '../failure.ts';

/** Undefined: what was named is not there. A namespace that is missing is another matter, and thrown. */
export async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TemporalError && error.kind === 'Other' && error.answered.code === grpcStatus.notFound) return;
    throw error;
  }
}
