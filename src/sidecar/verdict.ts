/** A verdict about one condition, and how the first of several checks that has one wins. */
import type { Reason } from '../problem.ts';
import type { Known } from './known.ts';

export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  /** One or two sentences for a person: what was found, what to do. */
  readonly message: string;
  /** Time alone changes the verdict at this moment (milliseconds since 1970). */
  readonly until?: number;
  /** Since when it is so, where that is not when the status turned (milliseconds since 1970). */
  readonly since?: number;
}

/** Undefined: this check finds nothing, the next one decides. */
export type Check = (known: Known) => Verdict | undefined;

/** Most fundamental cause first; the last check of a chain always has a verdict. */
export function firstOf(checks: readonly Check[], known: Known): Verdict {
  for (const check of checks) {
    const verdict = check(known);
    if (verdict) return verdict;
  }
  throw new Error('a chain of checks must end in one that always has a verdict');
}

export function isTrue(reason: Reason, message: string): Verdict {
  return { status: 'True', reason, message };
}

export function isFalse(reason: Reason, message: string, until?: number): Verdict {
  return { status: 'False', reason, message, ...(until !== undefined && { until }) };
}

export function isUnknown(reason: Reason, message: string, until?: number): Verdict {
  return { status: 'Unknown', reason, message, ...(until !== undefined && { until }) };
}
