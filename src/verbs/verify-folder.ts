/** `verify DIR`: the folder in Git as it is, and what changed in it since a revision. */
import { statSync } from 'node:fs';
import process from 'node:process';
import { parseFnConfig } from '../fn-config.ts';
import { inFolder } from '../package/in-folder.ts';
import { readFnConfig } from '../package/read-fn-config.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import type { Resource } from '../resource.ts';
import { readRepository } from '../verify/read-repository.ts';
import { readRevision } from '../verify/read-revision.ts';
import { named, type Report } from '../verify/report.ts';
import { checkRepository, type Repository } from '../verify/repository.ts';
import { type Compared, type Comparison, compareRevision } from '../verify/revision.ts';
import { shown } from './pin-report.ts';
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
  const report = await checkFolder(dir, options);
  if (report.compared && options.output === 'table') await showComparison(report.compared, options.against!, terminal);
  return tell(report, options, terminal);
}

/** What is found of a folder, with its paths as a person finds them from where the command was given. */
export async function checkFolder(dir: string, options: Omit<VerifyFolderOptions, 'output'>): Promise<Report> {
  const mode = options.against === undefined ? 'repository' : 'revision';
  const refuse = (remarks: readonly Problem[]) => seenFrom({ mode, dir, outcomes: [], remarks });
  if (isStream(dir)) return { mode, outcomes: [], remarks: [aStream(dir)] };
  const read = readRepository(dir);
  if ('problems' in read) return refuse(read.problems);
  const { repository } = read;
  const { items } = repository.pkg;
  if (!hasProcess(repository) && options.against === undefined) return refuse([...repository.missing, noProcess]);
  const found = configFor(repository, options);
  // Its findings name files as they are seen from outside the folder already.
  if ('problems' in found) return { mode, dir, outcomes: [], remarks: found.problems };
  const outcomes = await checkRepository(repository, found.config);
  const comparison = options.against === undefined ? undefined : compare(dir, items, found.config.temporal.address, options);
  if (comparison && 'problem' in comparison) return refuse([comparison.problem]);
  return seenFrom({
    mode,
    dir,
    outcomes: [...outcomes, ...(comparison?.outcomes ?? [])],
    ...(comparison && { compared: comparison.compared, remarks: comparison.remarks }),
  });
}

function isStream(path: string): boolean {
  return path === '-' || statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function aStream(path: string): Problem {
  const message = `is no folder; a rendered stream is verified with \`ameide-process verify --rendered ${path}\``;
  return problem('PackageInvalid', message, { file: { path: path === '-' ? 'stdin' : path } });
}

/** The report with its paths as a person finds them from where the command was given. */
function seenFrom(report: Report & { readonly dir: string }): Report {
  const { dir, outcomes, remarks, compared } = report;
  return {
    ...report,
    outcomes: outcomes.map((outcome) => ({
      ...outcome,
      ...(outcome.file !== undefined && { file: shown(dir, outcome.file) }),
      problems: outcome.problems && inFolder(dir, outcome.problems),
    })),
    ...(remarks && { remarks: inFolder(dir, remarks) }),
    ...(compared && { compared: compared.map((one) => ({ ...one, files: one.files.map((file) => shown(dir, file)) })) }),
  };
}

function hasProcess({ pkg, builds }: Repository): boolean {
  return pkg.items.some(isProcessKind) || builds.some(({ files }) => files.size > 0);
}

const noProcess = problem('PackageInvalid', 'holds no Process; name a folder with Process resources', { file: { path: '.' } });

/** Overlays have a configuration each; what only kustomize renders is not rendered here, and needs none. */
function configFor(
  { dir, pkg, patches, bases }: Repository,
  { fnConfig }: Pick<VerifyFolderOptions, 'fnConfig'>,
): ReturnType<typeof readFnConfig> {
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
  { against, drop, fnConfig }: Omit<VerifyFolderOptions, 'output'>,
): Comparison | { problem: Problem } {
  const revision = readRevision(dir, against!, process.env);
  if ('problem' in revision) return revision;
  const then = fnConfig === undefined ? readFnConfig({ dir, items: revision.items }, true) : undefined;
  const address = then && 'config' in then ? then.config.temporal.address : defaultAddress;
  const comparison = compareRevision({ items: revision.items, defaultAddress: address }, { items, defaultAddress }, drop);
  return { ...comparison, remarks: [...revision.remarks, ...comparison.remarks] };
}

async function showComparison(compared: readonly Compared[], against: string, terminal: Terminal): Promise<void> {
  const rows = compared.map(({ process: ref, files, before, now, change }) => [named(ref), files.join(', '), before, now, change]);
  await terminal.print(
    rows.length > 0 ? table(['PROCESS', 'FILE', `PINS AT ${against}`, 'PINS NOW', 'PINS'], rows) : 'no Process to compare',
  );
  await terminal.print('');
}
