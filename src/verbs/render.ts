/** `render`: the function on a folder in place, or on a stream of manifests. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { openConfiguredSource } from '../definition/open-configured-source.ts';
import type { FnConfig } from '../fn-config.ts';
import { frozenVariable } from '../names.ts';
import { patchPathsOf } from '../overlay/kustomization.ts';
import { isOverlay, readKustomizations } from '../overlay/reach.ts';
import { parseDocuments } from '../package/documents.ts';
import { type FileChange, fileChanges, type Package, packageOf } from '../package/package.ts';
import { readPackage } from '../package/read-package.ts';
import { writeFiles } from '../package/write-files.ts';
import { hasErrors, type Problem, problem } from '../problem.ts';
import { render } from '../render/render.ts';
import { readStdin } from '../stdio.ts';
import { NotEditableError } from '../yaml/edit.ts';
import { readFnConfig } from './read-fn-config.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface RenderOptions {
  readonly fnConfig?: string;
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

export async function renderVerb(path: string, options: RenderOptions, terminal: Terminal): Promise<number> {
  const isFolder = path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const read = isFolder ? readFolder(path) : await readStream(path);
  if ('problems' in read) return refuse(read.problems, options, terminal);
  const { pkg } = read;
  const found = readFnConfig({ file: options.fnConfig, dir: isFolder ? path : '.', items: pkg.items }, process.env[frozenVariable] === '1');
  if ('problems' in found) return refuse(found.problems, options, terminal);
  const result = await renderPackage(pkg, found.config, found.baseDir);
  if (hasErrors(result.findings)) return refuse(result.findings, options, terminal);
  if (!isFolder) {
    await terminal.report(result.findings);
    await terminal.print(streamOf(pkg, result.changes));
    return 0;
  }
  const unwritten = options.dryRun ? [] : writeFiles(path, result.changes);
  if (unwritten.length > 0) return refuse(unwritten, options, terminal);
  await tell(path, result, options, terminal);
  return 0;
}

async function refuse(findings: readonly Problem[], { output }: RenderOptions, terminal: Terminal): Promise<number> {
  await terminal.report(findings);
  if (output === 'json') await terminal.print(toJson({ files: [] }, findings));
  return 1;
}

/**
 * A kustomization's patches are partial Processes: nothing to render. Nor is an overlay, which has its definitions for Processes that
 * come from elsewhere: it is rendered when it is built.
 */
function readFolder(dir: string): { pkg: Package } | { problems: readonly Problem[] } {
  const read = readPackage(dir);
  if ('problems' in read) return read;
  const { kustomizations, problems } = readKustomizations(dir);
  if (problems.length > 0) return { problems };
  const overlays = kustomizations.map(({ folder }) => folder).filter((folder) => isOverlay(join(dir, folder)));
  if (overlays.includes('')) return { problems: [anOverlay(dir)] };
  const patches = patchPathsOf(kustomizations);
  const isElsewhere = (path: string) => patches.has(path) || overlays.some((folder) => path.startsWith(folder));
  return { pkg: packageOf(read.pkg.files.filter(({ path }) => !isElsewhere(path))) };
}

function anOverlay(dir: string): Problem {
  const message = `is a kustomize overlay, which is rendered when it is built: kustomize build --enable-alpha-plugins --enable-exec ${dir}. Its pins are written by \`ameide-process pin ${dir}\``;
  return problem('PackageInvalid', message, { file: { path: dir } });
}

async function readStream(path: string): Promise<{ pkg: Package } | { problems: Problem[] }> {
  let text: string;
  try {
    text = path === '-' ? Buffer.from(await readStdin()).toString('utf8') : readFileSync(path, 'utf8');
  } catch (error) {
    return { problems: [problem('PackageInvalid', `cannot be read: ${(error as Error).message}`, { file: { path } })] };
  }
  const parsed = parseDocuments(text);
  if ('problem' in parsed) return { problems: [{ ...parsed.problem, file: { path } }] };
  return { pkg: packageOf([{ path: 'stdin.yaml', text, documents: parsed.documents }], false) };
}

export interface PackageRender {
  readonly changes: readonly FileChange[];
  readonly findings: readonly Problem[];
}

/** Renders a package in memory: what would change, and what was found. */
export async function renderPackage(pkg: Package, config: FnConfig, baseDir: string): Promise<PackageRender> {
  try {
    const { changes, findings } = await render(pkg.items, config, () => openConfiguredSource(config, baseDir, process.env));
    return { changes: fileChanges(pkg, changes), findings };
  } catch (error) {
    if (!(error instanceof NotEditableError)) throw error;
    return { changes: [], findings: [problem('NotEditable', `${error.message}; write it out as a plain mapping`)] };
  }
}

/** The stream with the changes made. */
function streamOf({ files }: Package, changes: readonly FileChange[]): string {
  return (changes[0]?.text ?? files[0]!.text).replace(/\n$/, '');
}

async function tell(dir: string, { changes, findings }: PackageRender, options: RenderOptions, terminal: Terminal): Promise<void> {
  const verb = ({ before, text }: FileChange) => (before === undefined ? 'created' : text === undefined ? 'deleted' : 'changed');
  if (options.output === 'json') {
    const files = changes.map((change) => ({ path: change.path, change: verb(change) }));
    return terminal.print(toJson({ files, dryRun: options.dryRun === true }, findings));
  }
  await terminal.report(findings);
  const would = options.dryRun ? 'would be ' : '';
  for (const change of changes)
    await terminal.print(`${terminal.style('green', `${would}${verb(change)}`)} ${dir.replace(/\/$/, '')}/${change.path}`);
  if (changes.length === 0) await terminal.print(`${dir}: nothing to change`);
}
