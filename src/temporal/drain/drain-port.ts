/** What a drain asks of Temporal about one task queue, and does there. Everything throws a TemporalError. */
import type { SeenRunning } from '../../sidecar/observation.ts';

export interface DrainPort {
  /** Executions of the queue that run, and when that was asked. Eventually consistent: one zero proves nothing. */
  running(): Promise<SeenRunning>;
  /** The same of those whose ProcessDefinitionChecksum is none of these, or that have none. */
  runningOtherThan(checksums: readonly string[]): Promise<SeenRunning>;
  /** Of those, how many somebody started later than this (ISO). */
  count(what: { readonly startedAfter: string }): Promise<number>;
  /** Schedules whose action starts a workflow on the queue (each is described to know). */
  schedules(): Promise<readonly SeenSchedule[]>;
  /** Overwrites the note. */
  pause(scheduleId: string, note: string): Promise<void>;
  /** Restores the note it had. A schedule that is gone is no failure. */
  resume(scheduleId: string, note: string): Promise<void>;
  /**
   * A batch over the queue's running executions. `Busy`: another job of this namespace runs; `Exists`: this id was used, describe it;
   * `Refused`: batches are not permitted or not offered here.
   */
  startBatch(job: BatchJob): Promise<'Started' | 'Exists' | 'Busy' | 'Refused'>;
  /** Undefined: no such job (or no longer). */
  batch(jobId: string): Promise<SeenBatch | undefined>;
  /** Without batches: lists at most `limit` of those and cancels or terminates one by one; gives how many. A workflow that is gone is no failure. */
  endSome(job: Omit<BatchJob, 'jobId'>, limit: number): Promise<number>;
}

export interface SeenSchedule {
  readonly id: string;
  readonly paused: boolean;
  readonly note: string;
  /** Actions that wait for an earlier one; pausing drops them. */
  readonly buffered: number;
}

export interface BatchJob {
  readonly jobId: string;
  readonly operation: 'Cancel' | 'Terminate';
  readonly reason: string;
  readonly startedAfter?: string;
}

export interface SeenBatch {
  readonly state: 'Running' | 'Completed' | 'Failed';
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}
