/** `render`: the function on a folder in place, or on a stream of manifests. */
import { statSync } from 'node:fs';
import process from 'node:process';
import { openConfiguredSource } from '../definition/open-configured-source.ts';
import type { FnConfig } from '../fn-config.ts';
import { frozenVariable, generatedFile } from '../names.ts';
import { kustomizationChanges, type Owner } from '../overlay/kustomization-changes.ts';
import { inFolder } from '../package/in-folder.ts';
import { type FileChange, fileChanges, type Package } from '../package/package.ts';
import { readFnConfig } from '../package/read-fn-config.ts';
import { writeFiles } from '../package/write-files.ts';
import { unwritable } from '../pinning/confirm-overlay.ts';
import { hasErrors, type Problem } from '../problem.ts';
import { folderOf, isProcessKind, placeOf } from '../render/located.ts';
import { notEditable } from '../render/not-editable.ts';
import { render } from '../render/render.ts';
import { nameOf } from '../resource.ts';
import { NotEditableError } from '../yaml/edit.ts';
import { shown } from './pin-report.ts';
import { type FolderRead, inStream, readFolder, readStream } from './read-manifests.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface RenderOptions {
  readonly fnConfig?: string;
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

export async function renderVerb(path: string, options: RenderOptions, terminal: Terminal): Promise<number> {
  const isFolder = path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? renderFolder(path, options, terminal) : renderStream(path, options, terminal);
}

async function renderFolder(dir: string, options: RenderOptions, terminal: Terminal): Promise<number> {
  const read = readFolder(dir);
  if ('problems' in read) return refuse(inFolder(dir, read.problems), options, terminal);
  const found = readFnConfig({ file: options.fnConfig, dir, items: read.pkg.items }, isFrozen());
  if ('problems' in found) return refuse(found.problems, options, terminal);
  const result = await renderPackage(read.pkg, found.config, found.baseDir);
  const findings = inFolder(dir, result.findings);
  if (hasErrors(findings)) return refuse(findings, options, terminal);
  const listed = listGenerated(read, result.changes);
  if (listed.problems.length > 0) return refuse(inFolder(dir, listed.problems), options, terminal);
  const changes = [...result.changes, ...listed.changes];
  const unwritten = options.dryRun ? [] : writeFiles(dir, changes);
  if (unwritten.length > 0) return refuse(unwritable(dir, unwritten), options, terminal);
  await tell(dir, { changes, findings }, options, terminal);
  return 0;
}

async function renderStream(path: string, options: RenderOptions, terminal: Terminal): Promise<number> {
  const read = await readStream(path);
  if ('problems' in read) return refuse(read.problems, options, terminal);
  const { pkg } = read;
  const found = readFnConfig({ file: options.fnConfig, dir: '.', items: pkg.items }, isFrozen());
  if ('problems' in found) return refuse(found.problems, options, terminal);
  const result = await renderPackage(pkg, found.config, found.baseDir);
  const findings = inStream(path, result.findings);
  if (hasErrors(findings)) return refuse(findings, options, terminal);
  await terminal.report(findings);
  await terminal.print((result.changes[0]?.text ?? pkg.files[0]!.text).replace(/\n$/, ''));
  return 0;
}

function isFrozen(): boolean {
  return process.env[frozenVariable] === '1';
}

async function refuse(findings: readonly Problem[], { output }: RenderOptions, terminal: Terminal): Promise<number> {
  await terminal.report(findings);
  if (output === 'json') await terminal.print(toJson({ files: [] }, findings));
  return 1;
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
    return { changes: [], findings: [notEditable(error, pkg.items)] };
  }
}

/** Kustomizations in step with the generated files that come and go; those that only change are listed, or not, as a person wants it. */
function listGenerated({ pkg, kustomizations }: FolderRead, changes: readonly FileChange[]): ReturnType<typeof kustomizationChanges> {
  const created = new Set(changes.flatMap(({ path, before }) => (before === undefined ? [path] : [])));
  const owners = pkg.items.filter(isProcessKind).flatMap((item): Owner[] => {
    const path = placeOf(item)!.path;
    const generatedPath = `${folderOf(path)}${generatedFile(nameOf(item))}`;
    return created.has(generatedPath) ? [{ path, generatedPath }] : [];
  });
  return kustomizationChanges(kustomizations, owners, { pkg, changes });
}

async function tell(dir: string, { changes, findings }: PackageRender, options: RenderOptions, terminal: Terminal): Promise<void> {
  const verb = ({ before, text }: FileChange) => (before === undefined ? 'created' : text === undefined ? 'deleted' : 'changed');
  if (options.output === 'json') {
    const files = changes.map((change) => ({ path: change.path, change: verb(change) }));
    return terminal.print(toJson({ files, dryRun: options.dryRun === true }, findings));
  }
  await terminal.report(findings);
  const would = options.dryRun ? 'would be ' : '';
  for (const change of changes) await terminal.print(`${terminal.style('green', `${would}${verb(change)}`)} ${shown(dir, change.path)}`);
  if (changes.length === 0) await terminal.print(`${dir}: nothing to change`);
}
