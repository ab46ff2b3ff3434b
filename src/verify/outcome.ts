/** What a check found out about one Process, or about the whole. Pure. */
import type { Problem, ResourceRef } from '../problem.ts';

export interface Outcome {
  readonly check: string;
  /** Absent for a check of the whole. */
  readonly process?: ResourceRef;
  /** The Process's file, where there are files. */
  readonly file?: string;
  /** Undefined: it could not be made, because an earlier check failed. */
  readonly problems: readonly Problem[] | undefined;
  /** What was found where nothing is wrong. */
  readonly words?: string;
}

export function findingsOf(outcomes: readonly Outcome[]): Problem[] {
  return outcomes.flatMap(({ problems }) => problems ?? []);
}
