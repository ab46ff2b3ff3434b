/** What the machine of a drain works with: what was seen, what it remembers in the status, what it wants done. Plain data. */
import type { Reason } from '../../problem.ts';
import type { ProcessSpec } from '../../process.ts';
import type { BatchJob, SeenBatch, SeenSchedule } from '../../temporal/drain/drain-port.ts';
import type { SeenRunning } from '../observation.ts';
import type { Verdict } from '../verdict.ts';

export type DrainSpec = NonNullable<ProcessSpec['drain']>;
export type Policy = NonNullable<DrainSpec['policy']>;

/** ISO 8601 in UTC. */
type Time = string;

export interface DrainInput {
  readonly now: Time;
  /** `namespace/name` of the Process, and its uid: what is left at Temporal names them. */
  readonly process: { readonly key: string; readonly uid: string };
  /** Off: it is neither Draining nor being deleted with our finalizer. */
  readonly wanted: 'Off' | 'Lifecycle' | 'Deletion';
  readonly spec: DrainSpec;
  /** The workers were rendered from the live spec. Otherwise somebody may have changed the policy alone. */
  readonly isAsRendered: boolean;
  /** Checksums of the current definition, of the canary's and of those retained. */
  readonly pins: readonly string[];
  readonly seen: SeenDrain;
  /** What the status says now; undefined: no drain was on. */
  readonly before: Drain | undefined;
}

/** What was looked at for the drain alone. */
export interface SeenDrain {
  /** Other live Processes with the same task queue. */
  readonly sharers: readonly Sharer[];
  /** Absent: Temporal could not be asked, and `failure` says why. */
  readonly work?: SeenWork;
  readonly failure?: { readonly reason: Reason; readonly message: string };
}

export interface Sharer {
  /** `namespace/name`. */
  readonly name: string;
  /** It is being deleted, or drained. */
  readonly isLeaving: boolean;
  readonly isReady: boolean;
  readonly pins: readonly string[];
}

export interface SeenWork {
  /** When it was counted. */
  readonly at: Time;
  readonly remaining: number;
  /** Of those, the ones that were started after the drain began. Absent: it has not begun yet. */
  readonly startedSince?: number;
  /** Absent: not looked at this time. */
  readonly schedules?: readonly SeenSchedule[];
  /** How many run whose definition a ready successor does not have, or that do not say theirs, by its name. Absent: not asked, or it cannot be told. */
  readonly unserved?: Readonly<Record<string, SeenRunning>>;
  /** How far the last job over the whole queue is; without `batch`: it was not begun. */
  readonly job?: { readonly id: string; readonly batch?: SeenBatch };
  /** Batches are not permitted, or not offered. */
  readonly batchesRefused: boolean;
}

/** What `status.drain` remembers. */
export interface Drain {
  readonly phase: Phase;
  readonly since: Time;
  readonly remaining?: number;
  readonly startedSince?: number;
  readonly schedules: readonly PausedSchedule[];
  readonly jobs: readonly Job[];
  /** Looks in a row that found nothing, and the last of them. */
  readonly zeros: number;
  readonly zeroAt?: Time;
}

/**
 * Pausing: schedules are being paused. Waiting: workflows run. Settling: none was found, which is not proven yet. HandingOver: another
 * Process serves the queue. Drained: the Process may go. Reopening: it is Active again, and what was paused is being restored.
 */
export type Phase = 'Pausing' | 'Waiting' | 'Settling' | 'HandingOver' | 'Drained' | 'Reopening';

export interface PausedSchedule {
  readonly id: string;
  /** As it was before. */
  readonly note: string;
  /** By somebody else: it is left alone. */
  readonly wasPaused: boolean;
  /** Actions that pausing dropped. */
  readonly buffered: number;
}

export interface Job {
  readonly id: string;
  readonly operation: 'Cancel' | 'Terminate';
  /** All of the queue, or those that were started since the drain began. */
  readonly scope: 'All' | 'Late';
  readonly attempt: number;
  readonly askedAt: Time;
  readonly doneAt?: Time;
}

/** Each may be done again: what it says was recorded before, and it is the same each time. */
export type Effect =
  | { readonly kind: 'Pause'; readonly scheduleId: string; readonly note: string }
  | { readonly kind: 'Resume'; readonly scheduleId: string; readonly note: string }
  | { readonly kind: 'Batch'; readonly job: BatchJob }
  | { readonly kind: 'OneByOne'; readonly job: BatchJob; readonly limit: number }
  /** The finalizer goes. */
  | { readonly kind: 'Release' };

export interface DrainStep {
  /** Undefined: no drain is on. */
  readonly drain: Drain | undefined;
  /** In this order, after the drain was written. */
  readonly effects: readonly Effect[];
  readonly verdicts: DrainVerdicts;
  readonly askAgainAfterMs?: number;
}

export interface DrainVerdicts {
  readonly acceptingStarts: Verdict;
  readonly draining?: Verdict;
  readonly drained?: Verdict;
  readonly stalled?: Verdict;
}
