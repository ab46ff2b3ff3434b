/** `verify --cluster`: live Processes, by their own objects and by what the sidecar says of them; with `--wait`, until all is well. */
import type { Kube } from '../kube/connect.ts';
import { readLive } from '../live/read.ts';
import type { Scope } from '../live/scope.ts';
import { type Looked, waitLive } from '../live/wait.ts';
import type { Problem, Reason } from '../problem.ts';
import { checkLive } from '../verify/live.ts';
import { conditionsTable, headings, type LiveReport, toLiveJson, waitingWords } from '../verify/live-report.ts';
import { findingsIn, hasPassed, summaryOf, tableOf } from '../verify/report.ts';
import { type ClusterAccess, openKube, scopeOf } from './cluster-access.ts';
import { type Terminal, table } from './terminal.ts';
import { colour, type VerifyOutput } from './verify.ts';

export interface ClusterOptions extends ClusterAccess {
  /** Milliseconds. */
  readonly wait?: number;
}

/** NAME or NAMESPACE/NAME; without names all Processes of the namespace. */
export async function verifyClusterVerb(
  names: readonly string[],
  options: ClusterOptions & VerifyOutput,
  terminal: Terminal,
): Promise<number> {
  return tellLive(await checkCluster(names, options, terminal), options, terminal);
}

export async function checkCluster(names: readonly string[], options: ClusterOptions, terminal: Terminal): Promise<LiveReport> {
  const kube = await openKube(options);
  if ('problem' in kube) return nothingOf(kube.problem);
  try {
    const scope = scopeOf(names, options, kube.namespace);
    const look = (leftMs?: number) => lookAt(kube, scope, leftMs);
    terminal.progress('reading what is live');
    if (options.wait === undefined) return (await look()).found;
    const onWait = (report: LiveReport, leftMs: number) => terminal.progress(waitingWords(report, leftMs));
    return await waitLive({ kube, scope, waitMs: options.wait, look, onWait });
  } finally {
    terminal.progress('');
    kube.close();
  }
}

/** A right that is missing will not come by waiting; a server, a kind or a Process may. */
const hopeless: ReadonlySet<Reason> = new Set<Reason>(['ClusterForbidden']);

async function lookAt(kube: Kube, scope: Scope, leftMs?: number): Promise<Looked<LiveReport>> {
  const live = await readLive(kube, scope, { leftMs });
  if ('problem' in live) {
    return { found: nothingOf(live.problem), state: hopeless.has(live.problem.reason) ? 'Hopeless' : 'Blind' };
  }
  const found: LiveReport = { mode: 'cluster', now: live.now, ...checkLive(live, scope.asked) };
  if (hasPassed(found)) return { found, state: 'Well' };
  return { found, state: live.unreadable.length > 0 ? 'Hopeless' : 'NotWell' };
}

function nothingOf(problem: Problem): LiveReport {
  return { mode: 'cluster', now: new Date().toISOString(), outcomes: [], remarks: [problem], processes: [] };
}

export async function tellLive(report: LiveReport, { output }: VerifyOutput, terminal: Terminal): Promise<number> {
  if (output === 'json') await terminal.print(JSON.stringify(toLiveJson(report), undefined, 2));
  else await printTables(report, terminal);
  await terminal.report(findingsIn(report));
  return hasPassed(report) ? 0 : 1;
}

async function printTables(report: LiveReport, terminal: Terminal): Promise<void> {
  const show = async (titles: readonly string[], rows: readonly (readonly string[])[], isHealthyRow: (cell: string) => string) => {
    if (rows.length > 0)
      await terminal.print(
        table(
          titles,
          rows.map((row) => row.map(isHealthyRow)),
        ),
      );
  };
  const checks = tableOf(report, headings);
  await show(checks.headings, checks.rows, (cell) => colour(cell, terminal));
  const conditions = conditionsTable(report);
  if (conditions.rows.length > 0) await terminal.print('');
  await show(conditions.headings, conditions.rows, (cell) => cell);
  if (checks.rows.length > 0) await terminal.print('');
  await terminal.print(summaryOf(report));
}
