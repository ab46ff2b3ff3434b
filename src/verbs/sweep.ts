/** `sweep`: cancels or terminates workflows of a Process that run for too long; never another queue's, and none while others may need them. */
import { parseDuration } from '../duration.ts';
import { recordOnce } from '../kube/events.ts';
import { listPages } from '../kube/list-pages.ts';
import { isProblem, processesPath, readProcess } from '../kube/read-process.ts';
import { tool } from '../names.ts';
import { hasErrors, type Problem, problem } from '../problem.ts';
import type { ProcessSpec } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import { parseLive } from '../sidecar/known.ts';
import { counted } from '../sidecar/words.ts';
import { sweepRefusal } from '../sweep/refusal.ts';
import { remaining, type Swept, sweepQueue } from '../sweep/sweep.ts';
import { untilInterrupted } from './interruption.ts';
import { type Where, whereWords } from './its-temporal.ts';
import { type Terminal, table, toJson } from './terminal.ts';
import { failureProblem, findingLine, type Place, type ProcessOptions, withProcess } from './with-process.ts';
import { workflowJson, workflowRow } from './workflow-told.ts';

type Cleanup = Pick<NonNullable<ProcessSpec['cleanups']>[number], 'name' | 'olderThan' | 'action' | 'workflowType'>;

export interface SweepOptions extends ProcessOptions {
  /** The name of a cleanup of the spec. */
  readonly cleanup?: string;
  /** Instead of that. */
  readonly olderThan?: string;
  readonly action?: Cleanup['action'];
  readonly workflowType?: string;
  readonly dryRun?: boolean;
  /** Exit 1 when it was refused, or something remains. */
  readonly fail?: boolean;
  readonly limit: number;
  readonly output: 'table' | 'json' | 'lines';
}

interface Done {
  readonly cleanup: Cleanup;
  readonly where: Where;
  readonly swept: Swept;
  readonly nowMs: number;
  /** What each line has. */
  readonly common: object;
  /** Why it did less than it was told to. */
  readonly findings: readonly Problem[];
}

export async function sweepVerb(name: string, options: SweepOptions, terminal: Terminal): Promise<number> {
  const stop = new AbortController();
  void untilInterrupted().then(() => stop.abort());
  const found = await withProcess(name, options, (place) => sweepPlace(place, options, terminal, stop.signal));
  const done = 'cleanup' in found ? found : undefined;
  const problems = 'problems' in found ? found.problems : found.findings;
  await tell(done, problems, options, terminal);
  if (hasErrors(problems)) return 1;
  return options.fail && (problems.length > 0 || (done && remaining(done.swept) > 0)) ? 1 : 0;
}

async function sweepPlace(
  place: Place,
  options: SweepOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Done | { readonly problems: readonly Problem[] }> {
  const cleanup = chosen(place, options);
  if ('reason' in cleanup) return { problems: [cleanup] };
  const { name, queue, where, instance, kube, live } = place;
  const { dryRun = false } = options;
  const nowMs = Date.now();
  const common = commonOf(place, cleanup, nowMs);
  terminal.progress(`looking for workflows that run for longer than ${cleanup.olderThan}`);
  const swept = await sweepQueue(
    queue,
    {
      operation: cleanup.action,
      reason: `${tool}: cleanup "${cleanup.name}" of Process ${name.namespace}/${name.name}: running for longer than ${cleanup.olderThan}`,
      begunThrough: new Date(nowMs - parseDuration(cleanup.olderThan)!).toISOString(),
      ...(cleanup.workflowType !== undefined && { workflowType: cleanup.workflowType }),
      limit: options.limit,
      dryRun,
      // At once: what was ended is in the log, whatever becomes of this program.
      onEnded: async (run) => {
        if (options.output === 'lines')
          await terminal.print(JSON.stringify({ event: 'WorkflowSwept', ...common, dryRun, ...workflowJson(run) }));
      },
      signal,
    },
    () => refusalNow(place, options, signal),
  );
  terminal.progress('');
  if (!dryRun) {
    for (const { reason, type, note, occasion } of eventsOf(cleanup, swept, nowMs))
      await recordOnce(kube, { regarding: live, words: { type, reason, action: 'Sweep', note }, occasion, instance });
  }
  return { cleanup, where, swept, nowMs, common, findings: findingsOf(swept, live) };
}

function commonOf({ name, where }: Place, { name: cleanup, action }: Cleanup, nowMs: number): object {
  const { address: temporalAddress, namespace: temporalNamespace, taskQueue } = where;
  return { process: name.name, cleanup, action, time: new Date(nowMs).toISOString(), temporalAddress, temporalNamespace, taskQueue };
}

function findingsOf({ refusal, failure, isInterrupted }: Swept, live: Resource): Problem[] {
  return [
    ...(refusal ? [refusal] : []),
    ...(failure === undefined ? [] : [failureProblem(failure, live)]),
    ...(isInterrupted
      ? [problem('SweepInterrupted', 'it was told to stop before it was done; the next run goes on', { resource: referTo(live) })]
      : []),
  ];
}

function chosen({ live, process }: Place, { cleanup: name, olderThan, action, workflowType }: SweepOptions): Cleanup | Problem {
  if (olderThan !== undefined && action !== undefined)
    return { name: '-', olderThan, action, ...(workflowType !== undefined && { workflowType }) };
  const all = process.spec.cleanups ?? [];
  const found = all.find((one) => one.name === name);
  const known = all.length > 0 ? `there is ${all.map((one) => `"${one.name}"`).join(', ')}` : 'there is none';
  return found ?? problem('ScheduleMissing', `the live Process has no cleanup "${name}"; ${known}`, { resource: referTo(live) });
}

/** As things are at this moment: while a sweep goes on a Process may come to share the queue. */
async function refusalNow(
  { kube, name, live, where }: Place,
  { temporalAddress }: SweepOptions,
  interrupted: AbortSignal,
): Promise<Problem | undefined> {
  const now = await readProcess(kube, name);
  if (isProblem(now)) return now;
  const parsed = parseLive(now);
  if ('problems' in parsed) return parsed.problems[0];
  const neighbours: Resource[] = [];
  const { apiVersion, kind } = live;
  await listPages({
    kube,
    path: processesPath(name.namespace),
    query: {},
    pageSize: 250,
    signal: AbortSignal.any([interrupted, AbortSignal.timeout(listWithinMs)]),
    onItem: (item) => neighbours.push({ ...item, apiVersion, kind }),
  });
  // Who names an address by hand means it: it may be another way to the same Temporal.
  const asked = temporalAddress === undefined ? { address: where.address } : {};
  return sweepRefusal({ live: now, process: parsed.process, neighbours, ...asked });
}

const listWithinMs = 30_000;
const hourMs = 3_600_000;

interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'Swept' | 'SweepRefused';
  readonly note: string;
  readonly occasion: string;
}

function eventsOf({ name, olderThan, action }: Cleanup, swept: Swept, nowMs: number): Told[] {
  const { refusal, ended, failure, isInterrupted } = swept;
  const done = action === 'Cancel' ? 'asked to cancel' : 'terminated';
  const early = isInterrupted ? '; it was interrupted' : failure === undefined ? '' : '; then it failed';
  const note = `${counted(ended.length, 'workflow that ran', 'workflows that ran')} longer than ${olderThan}: ${done} (cleanup "${name}"); ${remaining(swept)} remain${early}`;
  return [
    ...(ended.length > 0 ? [{ type: 'Normal', reason: 'Swept', note, occasion: `swept/${name}/${nowMs}` } as const] : []),
    // It goes on for as long as its cause; once an hour is enough.
    ...(refusal
      ? [
          {
            type: 'Warning',
            reason: 'SweepRefused',
            note: `cleanup "${name}": ${refusal.message}`,
            occasion: `refused/${name}/${refusal.message}/${Math.floor(nowMs / hourMs)}`,
          } as const,
        ]
      : []),
  ];
}

async function tell(done: Done | undefined, problems: readonly Problem[], options: SweepOptions, terminal: Terminal): Promise<void> {
  if (options.output === 'json')
    await terminal.print(
      toJson(done ? { temporal: done.where, ...summaryOf(done, options), workflows: done.swept.ended.map(workflowJson) } : {}, problems),
    );
  else if (options.output === 'table') await printTables(done, options, terminal);
  else {
    if (done) await terminal.print(JSON.stringify({ event: 'Sweep', ...done.common, ...summaryOf(done, options) }));
    for (const found of problems) await terminal.print(findingLine(found));
  }
  await terminal.report(problems);
}

function summaryOf({ cleanup, swept }: Done, { dryRun = false }: SweepOptions): object {
  const { found, ended, askedBefore } = swept;
  const { name, action, olderThan, workflowType } = cleanup;
  return {
    ...{ cleanup: name, action, olderThan, ...(workflowType !== undefined && { workflowType }), dryRun },
    ...{ found, ended: ended.length, askedBefore, remaining: remaining(swept) },
  };
}

async function printTables(done: Done | undefined, { dryRun }: SweepOptions, terminal: Terminal): Promise<void> {
  if (!done) return;
  const { cleanup, where, swept, nowMs } = done;
  const verb = `${dryRun ? 'WOULD BE ' : ''}${cleanup.action === 'Cancel' ? 'CANCELLED' : 'TERMINATED'}`;
  const row = [cleanup.name, cleanup.olderThan, cleanup.workflowType ?? '-', String(swept.found), String(swept.ended.length)];
  await terminal.print(`${whereWords(where)}\n`);
  const headings = ['CLEANUP', 'OLDER THAN', 'WORKFLOW TYPE', 'FOUND', verb, 'ASKED BEFORE', 'REMAIN'];
  await terminal.print(table(headings, [[...row, String(swept.askedBefore), String(remaining(swept))]]));
  if (swept.ended.length === 0) return;
  await terminal.print(
    `\n${table(
      [verb, 'TYPE', 'RAN FOR', 'STARTED'],
      swept.ended.map((one) => workflowRow(one, nowMs)),
    )}`,
  );
}
