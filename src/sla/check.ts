/** One run of one SLA check: counts first, then a bounded sample of what is new; and what is told and remembered of it. */
import { applyStatus } from '../kube/apply-status.ts';
import type { Kube } from '../kube/connect.ts';
import { recordOnce } from '../kube/events.ts';
import { isProblem, type ProcessName, readProcess } from '../kube/read-process.ts';
import { type Problem, problem } from '../problem.ts';
import { isSame, type Resource, referTo, valueAt } from '../resource.ts';
import { countRunning, type Queue, type SeenRun, seenRuns } from '../temporal/drain/running.ts';
import { type BreachedCheck, breachId, breachWords, moreWords } from './breach.ts';
import { type CheckStatus, lastRunOf, managerOf, staleChecks } from './status.ts';
import { type Wanted, type Window, windowOf } from './window.ts';

export interface Check extends BreachedCheck, Wanted {}

export interface CheckRun {
  readonly check: Check;
  readonly nowMs: number;
  readonly window: Window;
  /** Workflows that run for too long, reported before or not. */
  readonly breaching: number;
  /** Of them, those that were not reported before. */
  readonly fresh: number;
  /** Of those, so many as the limit lets pass. */
  readonly sample: readonly SeenRun[];
}

export interface CheckOptions {
  /** Undefined: nobody remembers what was reported, so all of them are new. */
  readonly process: Resource | undefined;
  readonly nowMs: number;
  /** Of workflows that are named. */
  readonly limit: number;
}

const pageSize = 200;

/** Throws a TemporalError. */
export async function runCheck(queue: Queue, check: Check, { process, nowMs, limit }: CheckOptions): Promise<CheckRun> {
  const window = windowOf(check, process && lastRunOf(process, check.name).before, nowMs);
  const of = { ...(check.workflowType !== undefined && { workflowType: check.workflowType }), begunThrough: window.through };
  const breaching = await countRunning(queue, of);
  const which = { ...of, ...(window.after !== undefined && { begunAfter: window.after }) };
  const counted = breaching === 0 || window.isEmpty ? 0 : window.after === undefined ? breaching : await countRunning(queue, which);
  const sample: SeenRun[] = [];
  if (counted > 0) {
    for await (const page of seenRuns(queue, which, Math.min(pageSize, limit))) {
      sample.push(...page);
      if (sample.length >= limit) break;
    }
  }
  // The list is later than the count, and tells of each.
  const fresh = counted > limit ? counted : Math.min(sample.length, limit);
  return { check, nowMs, window, breaching, fresh, sample: sample.slice(0, limit) };
}

/** Those that have an Event of their own; of the others one tells how many they are. */
const mostEvents = 10;

/** Written before the status: after a crash they are written again, under the same names, which changes nothing. Throws a KubeFailure. */
export async function tellEvents(kube: Kube, process: Resource, run: CheckRun, instance: string): Promise<void> {
  const { check, sample, fresh, nowMs, window } = run;
  const told = sample.slice(0, mostEvents);
  for (const one of told) {
    await recordOnce(kube, { regarding: process, words: breachWords(check, one, nowMs), occasion: breachId(check, one), instance });
  }
  if (fresh === told.length) return;
  const occasion = `${check.name}/${check.maxDuration}/more/${window.after ?? ''}`;
  await recordOnce(kube, { regarding: process, words: moreWords(check, fresh - told.length), occasion, instance });
}

/** Statuses are written by others, too. */
const tries = 5;

/** Only when nobody else wrote this check's entry since it was read: then they reported the same. Throws a KubeFailure. */
export async function remember(kube: Kube, name: ProcessName, process: Resource, run: CheckRun): Promise<Problem | undefined> {
  const last = lastRunOf(process, run.check.name);
  const uid = valueAt(process, 'metadata', 'uid');
  let now: Resource = process;
  for (let attempt = 1; attempt <= tries; attempt++) {
    const status = { slaChecks: [entryOf(run, last.reported)] };
    if (!('superseded' in (await applyStatus(kube, now, status, managerOf(run.check.name))))) return;
    const found = await readProcess(kube, name);
    if (isProblem(found)) return found;
    if (valueAt(found, 'metadata', 'uid') !== uid || !isSame(lastRunOf(found, run.check.name), last)) return overtaken(found, run.check);
    now = found;
  }
  return problem('ClusterUnreachable', 'its status is being changed all the time; the next run reports these breaches again', {
    resource: referTo(process),
  });
}

function overtaken(process: Resource, { name }: Check): Problem {
  const message = `another run of check "${name}" was quicker, and reported the same breaches`;
  return { ...problem('SlaBreached', message, { resource: referTo(process) }), severity: 'warning' };
}

function entryOf({ check, nowMs, window, breaching, fresh }: CheckRun, reported: number): CheckStatus {
  const { name, severity, maxDuration, workflowType } = check;
  return {
    name,
    severity,
    maxDuration,
    ...(workflowType !== undefined && { workflowType }),
    checkedAt: new Date(nowMs).toISOString(),
    checkedThrough: window.through,
    breaching,
    reported: reported + fresh,
  };
}

/** Checks that the spec has no more leave no trace in the status. Throws a KubeFailure. */
export async function forgetStale(kube: Kube, name: ProcessName): Promise<void> {
  const found = await readProcess(kube, name);
  if (isProblem(found)) return;
  let now = found;
  for (const check of staleChecks(found)) {
    const written = await applyStatus(kube, now, {}, managerOf(check));
    // Somebody else wrote meanwhile; the next run is soon enough.
    if ('superseded' in written) return;
    now = written.process;
  }
}
