/**
 * Which workflows an SLA check judges in one run, so that each breach is reported once. A workflow breaches when the time at which it began
 * falls behind the cutoff, now − maxDuration. Cutoffs only grow: a run judges what began after the last run's cutoff and not after its own.
 * So nothing has to be remembered of workflows, however many there are. Pure.
 */
import { parseDuration } from '../duration.ts';

/** What a check wants, as it stands in the spec. */
export interface Wanted {
  readonly maxDuration: string;
  readonly workflowType?: string;
}

/** What the last run left in the status. */
export interface Before extends Wanted {
  /** The cutoff through which it judged, ISO 8601. */
  readonly checkedThrough: string;
}

export interface Window {
  /** Judged before; undefined: nothing was. */
  readonly after?: string;
  /** Not judged now. */
  readonly through: string;
  /** The clock of this machine went back: there is nothing new to judge. */
  readonly isEmpty: boolean;
}

/** A workflow that has begun is found a little later, and clocks differ by a little: nobody is judged in this time. */
const settleMs = 10_000;

export function windowOf(wanted: Wanted, before: Before | undefined, nowMs: number): Window {
  const cutoffMs = Math.floor(nowMs - parseDuration(wanted.maxDuration)! - settleMs);
  const through = new Date(cutoffMs).toISOString();
  // Other workflows were never judged.
  if (!before || before.workflowType !== wanted.workflowType) return { through, isEmpty: false };
  const lastMs = Date.parse(before.checkedThrough);
  // A longer duration is another promise: who breached the shorter one is judged again, once it is too old for the longer one.
  const afterMs = before.maxDuration === wanted.maxDuration ? lastMs : Math.min(lastMs, cutoffMs);
  return {
    after: new Date(afterMs).toISOString(),
    through: new Date(Math.max(afterMs, cutoffMs)).toISOString(),
    isEmpty: afterMs >= cutoffMs,
  };
}
