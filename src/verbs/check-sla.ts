/** `check-sla`: finds workflows of a Process that run for too long, and reports each once. */
import { hasErrors, type Problem, problem } from '../problem.ts';
import type { ProcessSpec } from '../process.ts';
import { defaultSeverity } from '../render/cron-jobs.ts';
import { referTo } from '../resource.ts';
import { counted } from '../sidecar/words.ts';
import { type BreachPlace, breachLine } from '../sla/breach.ts';
import { type Check, type CheckRun, forgetStale, remember, runCheck, tellEvents } from '../sla/check.ts';
import { staleChecks } from '../sla/status.ts';
import { type Where, whereWords } from './its-temporal.ts';
import { type Terminal, table, toJson } from './terminal.ts';
import { findingLine, type Place, type ProcessOptions, withProcess } from './with-process.ts';
import { workflowJson, workflowRow } from './workflow-told.ts';

export interface CheckSlaOptions extends ProcessOptions {
  /** Names of checks of the spec; empty: all of them. */
  readonly check: readonly string[];
  /** Instead of a check of the spec: nothing is remembered, and no Event told. */
  readonly maxDuration?: string;
  readonly workflowType?: string;
  readonly dryRun?: boolean;
  /** Exit 1 while any workflow runs for too long. */
  readonly fail?: boolean;
  readonly limit: number;
  readonly output: 'table' | 'json' | 'lines';
}

interface Checked {
  readonly where?: Where;
  readonly runs: readonly CheckRun[];
  readonly problems: readonly Problem[];
}

export async function checkSlaVerb(name: string, options: CheckSlaOptions, terminal: Terminal): Promise<number> {
  const found = await withProcess(name, options, (place) => checkAll(place, options, terminal));
  const checked: Checked = 'runs' in found ? found : { runs: [], ...found };
  await tell(checked, options, terminal);
  const { runs, problems } = checked;
  if (hasErrors(problems)) return 1;
  return options.fail && runs.some(({ breaching }) => breaching > 0) ? 1 : 0;
}

async function checkAll(place: Place, options: CheckSlaOptions, terminal: Terminal): Promise<Checked> {
  const { checks, problems } = chosen(place, options);
  const runs: CheckRun[] = [];
  for (const check of checks) {
    terminal.progress(`looking for workflows that run for longer than ${check.maxDuration}`);
    const { run, found } = await checkOne(place, check, options, terminal);
    runs.push(run);
    problems.push(...found);
  }
  terminal.progress('');
  if (isRemembered(options) && staleChecks(place.live).length > 0) await forgetStale(place.kube, place.name);
  return { where: place.where, runs, problems };
}

function isRemembered({ maxDuration, dryRun }: CheckSlaOptions): boolean {
  return maxDuration === undefined && !dryRun;
}

function chosen(
  { live, process }: Place,
  { check: names, maxDuration, workflowType }: CheckSlaOptions,
): { checks: Check[]; problems: Problem[] } {
  if (maxDuration !== undefined) {
    return {
      checks: [{ name: '-', severity: defaultSeverity, maxDuration, ...(workflowType !== undefined && { workflowType }) }],
      problems: [],
    };
  }
  const all = (process.spec.slaChecks ?? []).map(checkOf);
  const missing = names.filter((name) => !all.some((one) => one.name === name));
  const known = all.length > 0 ? `there is ${all.map(({ name }) => `"${name}"`).join(', ')}` : 'there is none';
  const resource = referTo(live);
  const problems = missing.map((name) => problem('ScheduleMissing', `the live Process has no SLA check "${name}"; ${known}`, { resource }));
  if (names.length === 0 && all.length === 0)
    problems.push(problem('ScheduleMissing', 'the live Process has no SLA checks; name a --max-duration', { resource }));
  return { checks: names.length === 0 ? all : all.filter(({ name }) => names.includes(name)), problems };
}

function checkOf({ name, severity = defaultSeverity, maxDuration, workflowType }: NonNullable<ProcessSpec['slaChecks']>[number]): Check {
  return { name, severity, maxDuration, ...(workflowType !== undefined && { workflowType }) };
}

/** Told first, remembered after: what a crash interrupts is told again, and never forgotten. */
async function checkOne(
  place: Place,
  check: Check,
  options: CheckSlaOptions,
  terminal: Terminal,
): Promise<{ run: CheckRun; found: Problem[] }> {
  const { kube, live, name, queue } = place;
  const isAdHoc = options.maxDuration !== undefined;
  const run = await runCheck(queue, check, { process: isAdHoc ? undefined : live, nowMs: Date.now(), limit: options.limit });
  if (isRemembered(options)) await tellEvents(kube, live, run, place.instance);
  if (options.output === 'lines') for (const line of linesOf(place, run)) await terminal.print(JSON.stringify(line));
  const found = isRemembered(options) ? await remember(kube, name, live, run) : undefined;
  return { run, found: found ? [found] : [] };
}

function linesOf({ process, name, where: { address, namespace: temporalNamespace, taskQueue } }: Place, run: CheckRun): object[] {
  const { check, sample, fresh, breaching, nowMs } = run;
  const where: BreachPlace = {
    process: name.name,
    namespace: name.namespace,
    tenantId: process.spec.definitionRef.tenantId,
    temporalNamespace,
    taskQueue,
  };
  const summary = {
    event: 'SlaCheck',
    time: new Date(nowMs).toISOString(),
    check: check.name,
    severity: check.severity,
    process: name.name,
    namespace: name.namespace,
    temporal_address: address,
    temporal_namespace: temporalNamespace,
    breaching,
    reported: fresh,
    not_named: fresh - sample.length,
  };
  return [...sample.map((one) => breachLine(check, one, where, nowMs)), summary];
}

async function tell({ where, runs, problems }: Checked, options: CheckSlaOptions, terminal: Terminal): Promise<void> {
  if (options.output === 'json') await terminal.print(toJson({ ...(where && { temporal: where }), checks: runs.map(runJson) }, problems));
  else if (options.output === 'table') await printTables(where, runs, terminal);
  else for (const found of problems) await terminal.print(findingLine(found));
  await terminal.report(problems);
}

function runJson({ check, breaching, fresh, sample, window }: CheckRun): object {
  return {
    ...check,
    breaching,
    reported: fresh,
    checkedThrough: window.through,
    workflows: sample.map(workflowJson),
  };
}

async function printTables(where: Where | undefined, runs: readonly CheckRun[], terminal: Terminal): Promise<void> {
  if (!where || runs.length === 0) return;
  await terminal.print(`${whereWords(where)}\n`);
  const rows = runs.map(({ check, breaching, fresh }) => [
    check.name,
    check.severity,
    check.maxDuration,
    check.workflowType ?? '-',
    breaching === 0 ? terminal.style('green', '0') : terminal.style('yellow', String(breaching)),
    String(fresh),
  ]);
  await terminal.print(table(['CHECK', 'SEVERITY', 'LONGER THAN', 'WORKFLOW TYPE', 'RUN', 'NEW'], rows));
  for (const { check, sample, fresh, nowMs } of runs) {
    if (sample.length === 0) continue;
    const named = sample.map((one) => workflowRow(one, nowMs));
    await terminal.print(`\n${table([`NEW OF ${check.name}`, 'TYPE', 'RUNS FOR', 'STARTED'], named)}`);
    if (fresh > sample.length) await terminal.print(`and ${counted(fresh - sample.length, 'more', 'more')}; see more with --limit`);
  }
}
