/** `primitive verify`: one Process in the cluster, in Git, or both, with the platform's JSON. */
import { processApiVersion, processKind } from '../names.ts';
import { problem, type ResourceRef } from '../problem.ts';
import { toPrimitiveJson } from '../verify/live-report.ts';
import type { Outcome } from '../verify/outcome.ts';
import { hasPassed, type Report } from '../verify/report.ts';
import type { Terminal } from './terminal.ts';
import { tell } from './verify.ts';
import { type ClusterOptions, checkCluster, tellLive } from './verify-cluster.ts';
import { checkFolder } from './verify-folder.ts';

export interface PrimitiveOptions extends ClusterOptions {
  readonly name: string;
  readonly mode: 'cluster' | 'repo' | 'all';
  /** The folder with Process resources, for `repo` and `all`. */
  readonly repoRoot: string;
  readonly json?: boolean;
}

export async function primitiveVerifyVerb(options: PrimitiveOptions, terminal: Terminal): Promise<number> {
  const { name, mode, json } = options;
  const inGit = mode === 'cluster' ? undefined : only(await checkFolder(options.repoRoot, { drop: [] }), options);
  const live = mode === 'repo' ? undefined : await checkCluster([name], options, terminal);
  if (json) {
    const both = [...(inGit ? [{ ...inGit, outcomes: inGit.outcomes.map(inRepository) }] : []), ...(live ? [live] : [])];
    const report: Report = {
      mode: live?.mode ?? 'repository',
      ...(inGit?.dir !== undefined && { dir: inGit.dir }),
      outcomes: both.flatMap(({ outcomes }) => outcomes),
      remarks: both.flatMap(({ remarks = [] }) => remarks),
    };
    const ready = live?.processes.length === 1 && live.processes[0]!.isReady;
    await terminal.print(JSON.stringify(toPrimitiveJson(report, name, ready), undefined, 2));
    return hasPassed(report) ? 0 : 1;
  }
  const codes = [];
  if (inGit) codes.push(await tell(inGit, { output: 'table' }, terminal));
  if (inGit && live) await terminal.print('');
  if (live) codes.push(await tellLive(live, { output: 'table' }, terminal));
  return Math.max(...codes);
}

/** What concerns this Process, and the folder as a whole. In Git its namespace may be left to others. */
function only(report: Report, { name, namespace, repoRoot }: PrimitiveOptions): Report {
  const isThe = (ref: ResourceRef) =>
    ref.name === name && (namespace === undefined || ref.namespace === undefined || ref.namespace === namespace);
  const outcomes = report.outcomes.filter(({ process }) => process === undefined || isThe(process));
  if (outcomes.some(({ process }) => process) || report.outcomes.length === 0) return { ...report, outcomes };
  const process: ResourceRef = { apiVersion: processApiVersion, kind: processKind, name, ...(namespace !== undefined && { namespace }) };
  const absent = problem('ProcessNotFound', `is not in ${repoRoot}; name its folder with --repo-root`, { resource: process });
  return { ...report, outcomes: [{ check: 'found', process, problems: [absent] }, ...outcomes] };
}

/** `rendered` and others are checks of the cluster, too. */
function inRepository(outcome: Outcome): Outcome {
  return { ...outcome, check: `Repository${outcome.check[0]!.toUpperCase()}${outcome.check.slice(1)}` };
}
