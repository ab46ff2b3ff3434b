/** `verify DIR`: the folder in Git as it is, and what changed in it since a revision. */
import process from 'node:process';
import { parseFnConfig } from '../fn-config.ts';
import type { Problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import type { Resource } from '../resource.ts';
import { readRepository } from '../verify/read-repository.ts';
import { readRevision } from '../verify/read-revision.ts';
import { named, type Report } from '../verify/report.ts';
import { checkRepository, type Repository } from '../verify/repository.ts';
import { type Comparison, compareRevision } from '../verify/revision.ts';
import { readFnConfig } from './read-fn-config.ts';
import { type Terminal, table } from './terminal.ts';
import { tell, type VerifyOutput } from './verify.ts';

export interface VerifyFolderOptions extends VerifyOutput {
  readonly fnConfig?: string;
  /** A Git revision to compare with. */
  readonly against?: string;
  /** Versions and checksums that are meant to be dropped. */
  readonly drop: readonly string[];
}

export async function verifyFolderVerb(dir: string, options: VerifyFolderOptions, terminal: Terminal): Promise<number> {
  const mode = options.against === undefined ? 'repository' : 'revision';
  const refuse = (remarks: readonly Problem[]) => tell({ mode, outcomes: [], remarks }, options, terminal);
  const read = readRepository(dir);
  if ('problems' in read) return refuse(read.problems);
  const { repository } = read;
  const { items } = repository.pkg;
  if (!items.some(isProcessKind) && options.against === undefined) return refuse([noProcess(dir)]);
  const found = configFor(repository, options);
  if ('problems' in found) return refuse(found.problems);
  const outcomes = await checkRepository(repository, found.config);
  const comparison = options.against === undefined ? undefined : compare(dir, items, found.config.temporal.address, options);
  if (comparison && 'problem' in comparison) return refuse([comparison.problem]);
  const report: Report = {
    mode,
    outcomes: [...outcomes, ...(comparison?.outcomes ?? [])],
    ...(comparison && { compared: comparison.compared, remarks: comparison.remarks }),
  };
  if (comparison && options.output === 'table') await showComparison(comparison, options.against!, terminal);
  return tell(report, options, terminal);
}

function noProcess(dir: string): Problem {
  return {
    reason: 'PackageInvalid',
    severity: 'error',
    message: 'holds no Process; name a folder with Process resources',
    file: { path: dir },
  };
}

/** Overlays have a configuration each; what only kustomize renders is not rendered here, and needs none. */
function configFor({ dir, pkg, patches, bases }: Repository, { fnConfig }: VerifyFolderOptions): ReturnType<typeof readFnConfig> {
  const found = readFnConfig({ file: fnConfig, dir, items: pkg.items }, true);
  if (!('problems' in found) || fnConfig !== undefined) return found;
  const isLeftToKustomize = pkg.files.every(
    ({ path, documents }) => patches.has(path) || bases.has(path) || !documents.some(({ resource }) => resource && isProcessKind(resource)),
  );
  const defaults = parseFnConfig(undefined, true);
  return isLeftToKustomize && 'config' in defaults ? { config: defaults.config, baseDir: dir } : found;
}

function compare(
  dir: string,
  items: readonly Resource[],
  defaultAddress: string,
  { against, drop, fnConfig }: VerifyFolderOptions,
): Comparison | { problem: Problem } {
  const revision = readRevision(dir, against!, process.env);
  if ('problem' in revision) return revision;
  const then = fnConfig === undefined ? readFnConfig({ dir, items: revision.items }, true) : undefined;
  const address = then && 'config' in then ? then.config.temporal.address : defaultAddress;
  const comparison = compareRevision({ items: revision.items, defaultAddress: address }, { items, defaultAddress }, drop);
  return { ...comparison, remarks: [...revision.remarks, ...comparison.remarks] };
}

async function showComparison({ compared }: Comparison, against: string, terminal: Terminal): Promise<void> {
  const rows = compared.map(({ process: ref, file, before, now, change }) => [named(ref), file, before, now, change]);
  await terminal.print(
    rows.length > 0 ? table(['PROCESS', 'FILE', `PINS AT ${against}`, 'PINS NOW', 'CHANGE'], rows) : 'no Process to compare',
  );
  await terminal.print('');
}
