/** A running workflow as `check-sla` and `sweep` tell of it: for machines, and as a row of a table. Pure. */
import { showDuration } from '../duration.ts';
import type { SeenRun } from '../temporal/drain/running.ts';

export function workflowJson({ workflowId, runId, workflowType, begunMs }: SeenRun): object {
  return { workflowId, runId, workflowType, startedAt: new Date(begunMs).toISOString() };
}

/** Its id, type, for how long it runs, and since when. */
export function workflowRow({ workflowId, workflowType, begunMs }: SeenRun, nowMs: number): string[] {
  return [workflowId, workflowType, showDuration(nowMs - begunMs), new Date(begunMs).toISOString().replace(/\.\d+/, '')];
}
