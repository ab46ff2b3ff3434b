/** What this worker understands of a definition. Definitions belong to their workers: ameide-process never looks inside. */

export interface Definition {
  readonly steps?: readonly Step[];
}

/**
 * `signal`, `approval` and `form` wait for a signal, `wait` for some seconds, `part` for a part of the definition that is a workflow of its
 * own; every other kind is handed to the activity `perform`.
 */
export interface Step {
  readonly name: string;
  readonly kind: string;
  /** For `activity`: which. */
  readonly activity?: string;
  /** The signal that is waited for. Default: the step's name. */
  readonly signal?: string;
  readonly seconds?: number;
  /** Of a `part`: the step that it begins with. Its workflow ID is that of the whole and this step's name. */
  readonly begin?: string;
  /** How long the step may take, such as `15m`. */
  readonly timeout?: string;
  /**
   * Of an activity: after so long without a sign of life somebody else does it, such as `30s`, the default. A task can be lost on its way to
   * a worker, and a worker can be gone: without it, Temporal notices only after `timeout`.
   */
  readonly heartbeat?: string;
  /** Of an activity. A task that was lost counts as a try. Default: until it succeeds. */
  readonly retries?: number;
  /** Which step is next, or `end`. Default: the one that stands below. */
  readonly next?: string;
  /** Which step is next when the signal did not come in time. Default: the process fails. */
  readonly onTimeout?: string;
}
