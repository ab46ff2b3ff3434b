/** The verdict that the status has now, for moments in which a new one cannot be had: a blink of Temporal changes nothing. */
import { type Reason, reasons } from '../../problem.ts';
import type { Known } from '../known.ts';
import type { Verdict } from '../verdict.ts';

/** Undefined: there is none, or it is about another generation. */
export function lastVerdict({ previous, generation, seen }: Known, type: string): Verdict | undefined {
  const last = previous.get(type);
  if (!last || !isReason(last.reason) || !isStatus(last.status)) return;
  const status = seen.process.status as { observedGeneration?: unknown };
  if (status.observedGeneration !== generation) return;
  return { status: last.status, reason: last.reason, message: last.message };
}

function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text);
}

function isStatus(text: string): text is Verdict['status'] {
  return text === 'True' || text === 'False' || text === 'Unknown';
}
