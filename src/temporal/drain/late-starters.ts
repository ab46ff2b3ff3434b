/**
 * Workflows that somebody started after a drain began. A run that began later need not be one: it may go on where an earlier run ended
 * (continue-as-new, cron, retry), or be the child of an earlier workflow. Whoever ended those would lose what was there before.
 */
import { concurrencyLimit } from '../../definition/concurrency-limit.ts';
import type { WorkflowService } from '../in-turn.ts';
import { timeOf } from '../time.ts';
import { unlessGone } from './gone.ts';
import { countRunning, type Queue, type Run, runningRuns } from './running.ts';

export interface LateStarters {
  readonly late: readonly Run[];
  /** Of these it is not known yet: they are looked at the next time. */
  readonly undecided: number;
}

export type LookForLateStarters = (startedAfter: string) => Promise<LateStarters>;

type Info = NonNullable<Awaited<ReturnType<WorkflowService['describeWorkflowExecution']>>['workflowExecutionInfo']>;

const decidedAtATime = 8;
const mostDecided = 100;
/** A child's root is no child. */
const deepest = 2;

export function lateStarters(queue: Queue): LookForLateStarters {
  // When the work that a run belongs to began, `NaN`: it cannot be told any more. It never changes.
  const began = new Map<string, number>();
  return async (startedAfter) => {
    if ((await countRunning(queue, { startedAfter })) === 0) return { late: [], undecided: 0 };
    const found: Run[] = [];
    for await (const page of runningRuns(queue, { startedAfter })) found.push(...page);
    const isFound = new Set(found.map(({ runId }) => runId));
    for (const runId of began.keys()) if (!isFound.has(runId)) began.delete(runId);
    const unknown = found.filter(({ runId }) => !began.has(runId));
    const limit = concurrencyLimit(decidedAtATime);
    const look = async (run: Run) => began.set(run.runId, (await beginOf(queue, run)) ?? Number.NaN);
    await Promise.all(unknown.slice(0, mostDecided).map((run) => limit(() => look(run))));
    const afterMs = Date.parse(startedAfter);
    return {
      late: found.filter(({ runId }) => (began.get(runId) ?? Number.NaN) > afterMs),
      undecided: Math.max(unknown.length - mostDecided, 0),
    };
  };
}

/** Undefined: where it comes from is gone, or this server does not tell. */
async function beginOf(queue: Queue, run: Run, depth = 0): Promise<number | undefined> {
  const info = await describeRun(queue, run);
  const root = info?.rootExecution;
  if (!info?.firstRunId || depth > deepest) return;
  // A child, and its server does not say whose.
  if (info.parentExecution?.workflowId && !root?.workflowId) return;
  if (root?.workflowId && root.runId && root.workflowId !== run.workflowId) {
    return beginOf(queue, { workflowId: root.workflowId, runId: root.runId }, depth + 1);
  }
  const first = info.firstRunId === run.runId ? info : await describeRun(queue, { ...run, runId: info.firstRunId });
  return first && timeOf(first.startTime);
}

async function describeRun({ ask, namespace }: Queue, execution: Run): Promise<Info | undefined> {
  const request = { namespace, execution };
  const answer = await unlessGone(() => ask('DescribeWorkflowExecution', (to) => to.describeWorkflowExecution(request)));
  return answer?.workflowExecutionInfo ?? undefined;
}
