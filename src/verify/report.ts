/** What was verified, for people as a table and for machines as the JSON of the platform's `primitive verify`. Pure. */
import { nextStepOf } from '../condition-reasons.ts';
import { describe, hasErrors, type Problem, type Reason, type ResourceRef, reasons, toResult } from '../problem.ts';
import type { Outcome } from './outcome.ts';
import { findingsOf } from './outcome.ts';
import type { Compared } from './revision.ts';

/** What was looked at. */
export type Mode = 'rendered' | 'repository' | 'revision' | 'cluster';

export interface Report {
  readonly mode: Mode;
  /** The folder, where one is verified. */
  readonly dir?: string;
  readonly outcomes: readonly Outcome[];
  /** Findings that belong to no check, such as remarks. */
  readonly remarks?: readonly Problem[];
  /** What was compared with the other revision. */
  readonly compared?: readonly Compared[];
}

export function hasPassed({ outcomes, remarks = [] }: Report): boolean {
  return !hasErrors([...findingsOf(outcomes), ...remarks]) && outcomes.every(({ problems }) => problems !== undefined);
}

/** Each once, errors first. */
export function findingsIn({ outcomes, remarks = [] }: Report): Problem[] {
  const findings = distinct([...findingsOf(outcomes), ...remarks]);
  return (['error', 'warning', 'info'] as const).flatMap((severity) => findings.filter((found) => found.severity === severity));
}

/** The report as JSON values. A check passes when it could be made of every Process and found no error. */
export function toReportJson(report: Report): Record<string, unknown> {
  const findings = findingsIn(report);
  const checks = [...new Set(report.outcomes.map(({ check }) => check))].map((check) => checkJson(check, report.outcomes));
  return {
    mode: report.mode,
    summary: summaryOf(report),
    checks,
    ...(report.compared && { compared: report.compared.map(comparedJson) }),
    next_steps: nextSteps(findings, report),
    cascade: [],
    findings: findings.map(toResult),
  };
}

/** Of every reason of an error, once. */
export function nextSteps(findings: readonly Problem[], report: Report): string[] {
  return [...new Set(findings.filter(({ severity }) => severity === 'error').map(({ reason }) => nextStep(reason, report)))];
}

function nextStep(reason: Reason, { mode, dir }: Report): string {
  const step = mode === 'cluster' ? nextStepOf(reason) : reasons[reason][1];
  return `${reason}: ${dir === undefined ? step : step.replace(/(?<=ameide-process \w+ )DIR\b/g, () => dir)}`;
}

function comparedJson({ process, files, before, now, change }: Compared): Record<string, unknown> {
  return { process, file: files.join(', '), before, now, change };
}

function checkJson(check: string, outcomes: readonly Outcome[]): Record<string, unknown> {
  const made = outcomes.filter((outcome) => outcome.check === check);
  const failed = made.filter((outcome) => stateOf(outcome) !== 'PASS');
  const unmade = made.filter(({ problems }) => problems === undefined);
  const what = made[0]?.process ? `${made.length - failed.length} of ${count(made.length, 'Process')} pass` : 'of the whole';
  return {
    check,
    status: failed.length === 0 ? 'CHECK_STATUS_PASS' : 'CHECK_STATUS_FAIL',
    message: `${what}${unmade.length > 0 ? `; could not be checked: ${unmade.map(({ process }) => named(process)).join(', ')}` : ''}`,
    issues: made.flatMap(({ problems = [] }) => problems.map(issueJson)),
  };
}

function issueJson(found: Problem): Record<string, unknown> {
  return { ...issueOf(found), reason: found.reason, message: found.message };
}

/** A finding in the platform's shape. */
export function issueOf({ resource, field, file }: Problem): Record<string, unknown> {
  return {
    resource: resource ? `${resource.kind}/${named(resource)}` : (file?.path ?? ''),
    field: field?.path ?? '',
    expected: text(field?.proposedValue),
    actual: text(field?.currentValue),
  };
}

function text(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

export function stateOf({ problems }: Outcome): 'PASS' | 'FAIL' | '-' {
  if (problems === undefined) return '-';
  return hasErrors(problems) ? 'FAIL' : 'PASS';
}

/** One row for each Process, one column for each check; `-` where there was nothing to check, or an earlier failure in the way. */
export function tableOf({ outcomes }: Report, titles: Readonly<Record<string, string>> = {}): { headings: string[]; rows: string[][] } {
  const ofProcesses = outcomes.filter(({ process }) => process);
  const checks = [...new Set(ofProcesses.map(({ check }) => check))];
  const hasFiles = ofProcesses.some(({ file }) => file !== undefined);
  const rows = new Map<string, { start: string[]; states: Map<string, string> }>();
  for (const outcome of ofProcesses) {
    const start = [named(outcome.process), ...(hasFiles ? [outcome.file ?? ''] : [])];
    const row = rows.get(start.join('\n')) ?? { start, states: new Map<string, string>() };
    // Two Processes of one name share a row, which shows the worse of the two.
    const state = row.states.get(outcome.check) === 'FAIL' ? 'FAIL' : stateOf(outcome);
    row.states.set(outcome.check, state);
    rows.set(start.join('\n'), row);
  }
  return {
    headings: ['PROCESS', ...(hasFiles ? ['FILE'] : []), ...checks.map((check) => titles[check] ?? check.toUpperCase())],
    rows: [...rows.values()].map(({ start, states }) => [...start, ...checks.map((check) => states.get(check) ?? '-')]),
  };
}

/** `FAIL: 2 errors in 3 Processes`. */
export function summaryOf(report: Report): string {
  const processes = new Set(report.outcomes.flatMap(({ process, file }) => (process ? [`${file ?? ''}\n${named(process)}`] : [])));
  const errors = findingsIn(report).filter(({ severity }) => severity === 'error');
  const subject = count(processes.size, 'Process');
  return hasPassed(report) ? `PASS: ${subject}, nothing wrong` : `FAIL: ${count(errors.length, 'error')} in ${subject}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}

export function named(ref: ResourceRef | undefined): string {
  return ref ? `${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}` : '';
}

function distinct(findings: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return findings.filter((found) => {
    const line = describe(found);
    return !seen.has(line) && seen.add(line);
  });
}
