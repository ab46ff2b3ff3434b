/** `sweep`: cancels or terminates workflows of a Process that run for too long; never another queue's, and none while others may need them. */
import { parseDuration } from '../duration.ts';
import { recordOnce } from '../kube/events.ts';
import { listPages } from '../kube/list-pages.ts';
import { isProblem, processesPath, readProcess } from '../kube/read-process.ts';
import { hasErrors, type Problem, problem } from '../problem.ts';
import type { ProcessSpec } from '../process.ts';
import { type Resource, referTo } from '../resource.ts';
import { parseLive } from '../sidecar/known.ts';
import { counted } from '../sidecar/words.ts';
import { sweepRefusal } from '../sweep/refusal.ts';
import { remaining, type Swept, sweepQueue } from '../sweep/sweep.ts';
import { workflowRow } from './check-sla.ts';
import { type Where, whereWords } from './its-temporal.ts';
import { type Terminal, table, toJson } from './terminal.ts';
import { findingLine, type Place, type ProcessOptions, withProcess } from './with-process.ts';

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
}

export async function sweepVerb(name: string, options: SweepOptions, terminal: Terminal): Promise<number> {
  const found = await withProcess(name, options, (place) => sweepPlace(place, options, terminal));
  const done = 'cleanup' in found ? found : undefined;
  const problems = 'problems' in found ? found.problems : [...(found.swept.refusal ? [found.swept.refusal] : [])];
  await tell(name, done, problems, options, terminal);
  if (hasErrors(problems)) return 1;
  return options.fail && (problems.length > 0 || (done && remaining(done.swept) > 0)) ? 1 : 0;
}

async function sweepPlace(
  place: Place,
  options: SweepOptions,
  terminal: Terminal,
): Promise<Done | { readonly problems: readonly Problem[] }> {
  const cleanup = chosen(place, options);
  if ('reason' in cleanup) return { problems: [cleanup] };
  const { name, queue, where, instance, kube, live } = place;
  const nowMs = Date.now();
  terminal.progress(`looking for workflows that run for longer than ${cleanup.olderThan}`);
  const swept = await sweepQueue(
    queue,
    {
      operation: cleanup.action,
      reason: `ameide-process: cleanup "${cleanup.name}" of Process ${name.namespace}/${name.name}: running for longer than ${cleanup.olderThan}`,
      begunThrough: new Date(nowMs - parseDuration(cleanup.olderThan)!).toISOString(),
      ...(cleanup.workflowType !== undefined && { workflowType: cleanup.workflowType }),
      limit: options.limit,
      dryRun: options.dryRun ?? false,
    },
    () => refusalNow(place, options),
  );
  terminal.progress('');
  if (!options.dryRun) {
    for (const { reason, type, note, occasion } of eventsOf(cleanup, swept, nowMs))
      await recordOnce(kube, { regarding: live, words: { type, reason, action: 'Sweep', note }, occasion, instance });
  }
  return { cleanup, where, swept, nowMs };
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
async function refusalNow({ kube, name, live, where }: Place, { temporalAddress }: SweepOptions): Promise<Problem | undefined> {
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
    signal: AbortSignal.timeout(listWithinMs),
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
  const { refusal, ended } = swept;
  const done = action === 'Cancel' ? 'asked to cancel' : 'terminated';
  const note = `${counted(ended.length, 'workflow that ran', 'workflows that ran')} longer than ${olderThan}: ${done} (cleanup "${name}"); ${remaining(swept)} remain`;
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

async function tell(
  name: string,
  done: Done | undefined,
  problems: readonly Problem[],
  options: SweepOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.output === 'json')
    await terminal.print(toJson(done ? { temporal: done.where, ...summaryOf(done, options), workflows: workflowsOf(done) } : {}, problems));
  else if (options.output === 'table') await printTables(done, options, terminal);
  else {
    if (done) {
      const common = {
        ...{ process: name, cleanup: done.cleanup.name, action: done.cleanup.action, time: new Date(done.nowMs).toISOString() },
        ...{ temporalAddress: done.where.address, temporalNamespace: done.where.namespace, taskQueue: done.where.taskQueue },
      };
      for (const one of workflowsOf(done))
        await terminal.print(JSON.stringify({ event: 'WorkflowSwept', ...common, dryRun: options.dryRun ?? false, ...one }));
      await terminal.print(JSON.stringify({ event: 'Sweep', ...common, ...summaryOf(done, options) }));
    }
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

function workflowsOf({ swept }: Done): object[] {
  return swept.ended.map(({ workflowId, runId, workflowType, begunMs }) => ({
    workflowId,
    runId,
    workflowType,
    startedAt: new Date(begunMs).toISOString(),
  }));
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
