/** A breach as it is told: a line of JSON in the platform's shape, and the words of an Event. Pure. */
import { parseDuration, showDuration } from '../duration.ts';
import type { EventWords } from '../kube/events.ts';
import { counted, excerpt } from '../sidecar/words.ts';
import type { SeenRun } from '../temporal/drain/running.ts';

export interface BreachedCheck {
  readonly name: string;
  readonly severity: string;
  readonly maxDuration: string;
}

export interface BreachPlace {
  readonly process: string;
  readonly namespace: string;
  readonly tenantId: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
}

const minuteMs = 60_000;

/** The same for one breach, however often it is told of: who reads lines twice after a crash knows them again. */
export function breachId(check: BreachedCheck, { runId }: SeenRun): string {
  return `${check.name}/${check.maxDuration}/${runId}`;
}

/** The platform's SlaBreachEvent, and which workflow it is about. Nobody is known to own it, and it is not resolved while it runs. */
export function breachLine(check: BreachedCheck, run: SeenRun, place: BreachPlace, nowMs: number): object {
  return {
    event: 'SlaBreachEvent',
    breach_id: breachId(check, run),
    breach_type: 'workflow_duration',
    breach_detected_at: new Date(nowMs).toISOString(),
    threshold_minutes: minutes(parseDuration(check.maxDuration)!),
    actual_minutes: minutes(nowMs - run.begunMs),
    owner_group_id: null,
    severity: check.severity,
    resolved_at: null,
    check: check.name,
    process: place.process,
    namespace: place.namespace,
    tenant_id: place.tenantId,
    temporal_namespace: place.temporalNamespace,
    task_queue: place.taskQueue,
    workflow_id: run.workflowId,
    run_id: run.runId,
    workflow_type: run.workflowType,
    started_at: new Date(run.begunMs).toISOString(),
  };
}

export function breachWords(check: BreachedCheck, run: SeenRun, nowMs: number): EventWords {
  const who = `workflow "${excerpt(run.workflowId)}" (${excerpt(run.workflowType, 80)})`;
  return wordsOf(check, `${who} runs for ${showDuration(nowMs - run.begunMs)}, longer than ${check.maxDuration}`);
}

/** Of those that have no Event of their own. */
export function moreWords(check: BreachedCheck, number: number): EventWords {
  return wordsOf(check, `${counted(number, 'more workflow runs', 'more workflows run')} longer than ${check.maxDuration}`);
}

function wordsOf({ name, severity }: BreachedCheck, what: string): EventWords {
  const type = severity === 'info' ? 'Normal' : 'Warning';
  return { type, reason: 'SlaBreached', action: 'CheckSla', note: `${what} (check "${name}", ${severity})` };
}

function minutes(ms: number): number {
  return Math.round((ms / minuteMs) * 100) / 100;
}
