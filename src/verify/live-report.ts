/** What was found of live Processes: tables for people, and the JSON of the platform's `primitive verify`. Pure. */
import { nextStepOf } from '../condition-reasons.ts';
import { showAge, showDuration } from '../duration.ts';
import { isHealthy } from '../live/status.ts';
import { hasErrors, type Problem } from '../problem.ts';
import { listed } from '../sidecar/words.ts';
import type { LiveProcess } from './live.ts';
import type { Outcome } from './outcome.ts';
import { findingsIn, hasPassed, issueOf, named, nextSteps, type Report, stateOf, toReportJson } from './report.ts';

export interface LiveReport extends Report {
  readonly mode: 'cluster';
  /** When it was looked, ISO 8601. */
  readonly now: string;
  readonly processes: readonly LiveProcess[];
}

/** The columns' headings; in JSON the checks have their full names. */
export const headings: Readonly<Record<string, string>> = {
  ProcessFound: 'FOUND',
  DefinitionMounted: 'MOUNTED',
  WorkloadReady: 'WORKLOAD',
  ConditionsHealthy: 'CONDITIONS',
  DefinitionCurrent: 'CURRENT',
};

/** All conditions of the only Process; of several those that are not as they should be. */
export function conditionsTable({ processes, now }: LiveReport): { headings: string[]; rows: string[][] } {
  const isOnly = processes.length === 1;
  const rows = processes.flatMap((process) =>
    process.conditions
      .filter((condition) => isOnly || isHealthy(condition) === false)
      .map((condition) => [
        ...(isOnly ? [] : [named(process.process)]),
        condition.type,
        condition.status,
        condition.reason || '-',
        showAge(condition.lastTransitionTime, now),
        isHealthy(condition) === false ? nextStepOf(condition.reason) : '-',
      ]),
  );
  return { headings: [...(isOnly ? [] : ['PROCESS']), 'CONDITION', 'STATUS', 'REASON', 'SINCE', 'WHAT TO DO'], rows };
}

/** `waiting, 4m12s left: sales/l2o WorkloadReady (RollingOut)`. */
export function waitingWords(report: LiveReport, leftMs: number): string {
  const failing = new Map<string, string>();
  for (const outcome of report.outcomes) {
    const who = named(outcome.process);
    if (stateOf(outcome) !== 'PASS' && !failing.has(who)) failing.set(who, `${who} ${outcome.check}${reasonIn(outcome)}`);
  }
  const told = failing.size > 0 ? listed([...failing.values()]) : (findingsIn(report)[0]?.reason ?? '');
  return `waiting, ${showDuration(leftMs)} left: ${told}`;
}

function reasonIn({ problems = [] }: Outcome): string {
  const error = problems.find(({ severity }) => severity === 'error');
  return error ? ` (${error.reason})` : '';
}

/** `health` where there is one Process; `processes` has each. */
export function toLiveJson(report: LiveReport): Record<string, unknown> {
  const { mode, summary, ...rest } = toReportJson(report);
  const [only, ...more] = report.processes;
  return {
    mode,
    summary,
    ...(only && more.length === 0 && { health: healthOf(only.process.name, only.isReady) }),
    ...rest,
    processes: report.processes.map(({ process, isReady, pin, definition, conditions }) => ({
      ...healthOf(process.name, isReady),
      ...(process.namespace && { namespace: process.namespace }),
      pin: pin ?? null,
      definition: definition ?? null,
      conditions: conditions.map((condition) => ({ ...condition })),
    })),
  };
}

function healthOf(name: string, ready: boolean): Record<string, unknown> {
  return { kind: 'PRIMITIVE_KIND_PROCESS', name, ready };
}

/** Exactly the platform's shape, for one Process. */
export function toPrimitiveJson(report: Report, name: string, ready: boolean): Record<string, unknown> {
  const strays = (report.remarks ?? []).filter(({ severity }) => severity === 'error');
  const outcomes = strays.length > 0 ? [...report.outcomes, { check: 'Readable', problems: strays }] : report.outcomes;
  return {
    summary: hasPassed(report) ? 'pass' : 'fail',
    health: healthOf(name, ready),
    checks: [...new Set(outcomes.map(({ check }) => check))].map((check) =>
      checkOf(
        check,
        outcomes.filter((one) => one.check === check),
      ),
    ),
    next_steps: nextSteps(findingsIn(report), report),
    cascade: [],
  };
}

function checkOf(check: string, outcomes: readonly Outcome[]): Record<string, unknown> {
  const told = outcomes.flatMap(({ problems = [] }) => problems).filter(({ severity }) => severity !== 'info');
  return {
    check,
    status: outcomes.every((outcome) => stateOf(outcome) === 'PASS') ? 'CHECK_STATUS_PASS' : 'CHECK_STATUS_FAIL',
    message: messageOf(outcomes, told),
    issues: told.map(issueOf),
  };
}

function messageOf(outcomes: readonly Outcome[], told: readonly Problem[]): string {
  const messages = [...new Set(told.map(({ message }) => message))];
  if (hasErrors(told)) return messages.join('; ');
  if (outcomes.some(({ problems }) => problems === undefined)) return 'could not be checked: see what fails before it';
  return [outcomes[0]?.words ?? 'nothing wrong', ...messages].join('; ');
}
