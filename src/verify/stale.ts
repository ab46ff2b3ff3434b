/** What a render would change in a folder in which one is committed. Pure: `render` gets no source. */
import { posix } from 'node:path';
import type { FnConfig } from '../fn-config.ts';
import { annotation } from '../names.ts';
import { type FileChange, fileChanges, type Package } from '../package/package.ts';
import { type Problem, problem } from '../problem.ts';
import { isGenerated, isProcessKind, placeOf, scopeOf } from '../render/located.ts';
import { render } from '../render/render.ts';
import { annotationOf, nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { NotEditableError } from '../yaml/edit.ts';

/** A Process and what is generated for it belong together within one folder. */
export function ownerKey(item: Resource): string {
  const owner = isProcessKind(item) ? nameOf(item) : (annotationOf(item, annotation.generatedFor) ?? '');
  return [scopeOf(placeOf(item)), namespaceOf(item), owner].join('\n');
}

/** Those of which a render is in the folder: a Deployment, or the trace that the render leaves on the Process. */
export function committedOwners(items: readonly Resource[]): Set<string> {
  const isTrace = (item: Resource) =>
    isProcessKind(item) ? annotationOf(item, annotation.renderedFrom) !== undefined : isGenerated(item) && item.kind === 'Deployment';
  return new Set(items.filter(isTrace).map(ownerKey));
}

export interface Owners {
  /** Of whom there is a Process in the folder: its file. */
  readonly known: ReadonlyMap<string, string>;
  readonly committed: ReadonlySet<string>;
  /** Not to be looked at. */
  readonly without: ReadonlySet<string>;
  readonly dir: string;
}

/** By owner, what a render would change now. What only kustomize renders is left out, and so are definitions without a Process: an overlay's. */
export async function staleFiles(pkg: Package, config: FnConfig, owners: Owners): Promise<Map<string, Problem[]>> {
  const { known, committed, without } = owners;
  const { changes } = await render(pkg.items, config);
  const byOwner = new Map<string, Change[]>();
  for (const change of changes) {
    const item = change.kind === 'add' ? change.resource : pkg.items[change.index]!;
    const key = ownerKey(item);
    const isOurs = known.has(key) ? committed.has(key) : item.kind !== 'ConfigMap';
    if (isOurs && !without.has(key)) byOwner.set(key, [...(byOwner.get(key) ?? []), change]);
  }
  return new Map([...byOwner].map(([key, ofOwner]) => [key, staleProblems(pkg, ofOwner, { file: known.get(key), dir: owners.dir })]));
}

interface Owner {
  /** Of the Process; undefined where there is none any more. */
  readonly file: string | undefined;
  readonly dir: string;
}

/** Where a render could not write the change, that is the finding. */
function staleProblems(pkg: Package, changes: readonly Change[], { file, dir }: Owner): Problem[] {
  try {
    const files = fileChanges(pkg, changes);
    return file === undefined ? files.map(({ path }) => stray(path)) : staleProblem(files, file, dir);
  } catch (error) {
    if (!(error instanceof NotEditableError)) throw error;
    return [problem('NotEditable', `a render would change it, but ${error.message}; write it out as a plain mapping`)];
  }
}

function stray(path: string): Problem {
  return problem('RenderStale', 'belongs to no Process any more; run `ameide-process render DIR` and commit', { file: { path } });
}

/** One finding for one Process; where that is about several files, it stands at the Process's own and names them. */
function staleProblem(changes: readonly FileChange[], file: string, dir: string): Problem[] {
  if (changes.length === 0) return [];
  const next = 'run `ameide-process render DIR` and commit';
  const [only, ...more] = changes;
  if (more.length === 0) return [problem('RenderStale', `${stateOf(only!)}; ${next}`, { file: { path: only!.path } })];
  const states = [...new Set(changes.map(stateOf))];
  const filesIn = (state: string) => changes.filter((change) => stateOf(change) === state).map(({ path }) => posix.join(dir, path));
  const what = states.map((state) => `${state}: ${filesIn(state).join(', ')}`).join('; ');
  return [problem('RenderStale', `${what}; ${next}`, { file: { path: file } })];
}

function stateOf({ before, text }: FileChange): string {
  if (before === undefined) return 'is missing';
  return text === undefined ? 'would be deleted by a render now' : 'is not what a render gives now';
}
