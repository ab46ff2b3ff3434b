/** kustomization files: what they list, and edits of their lists that keep a person's comments and layout. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Document, editDocument, parseDocuments, rootEvent } from '../package/documents.ts';
import type { FileChange } from '../package/package.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject, type Resource } from '../resource.ts';
import { type Edit, NotEditableError } from '../yaml/edit.ts';
import { nodeAt } from '../yaml/nodes.ts';

export const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export interface Kustomization {
  /** Relative to the folder that the verb was given, with `/`. */
  readonly path: string;
  /** Its folder, '' or ending in `/`. */
  readonly folder: string;
  readonly text: string;
  readonly document: Document;
  readonly resource: Resource;
}

/** The kustomization in `below` (relative to `dir`), if there is one. */
export function readKustomization(dir: string, below: string): Kustomization | Problem | undefined {
  const name = kustomizationFiles.find((candidate) => existsSync(join(dir, below, candidate)));
  if (name === undefined) return;
  const folder = below === '' || below.endsWith('/') ? below : `${below}/`;
  const path = `${folder}${name}`;
  const text = readFileSync(join(dir, path), 'utf8');
  const parsed = parseDocuments(text);
  if ('problem' in parsed) return { ...parsed.problem, file: { path } };
  const document = parsed.documents.find(({ resource }) => resource !== undefined);
  if (!document) return;
  if (parsed.documents.filter(({ resource }) => resource !== undefined).length > 1) {
    return problem('YamlInvalid', 'a kustomization is one YAML document; split the file', { file: { path } });
  }
  return { path, folder, text, document, resource: document.resource! };
}

/** The strings of a list such as `resources`. */
export function entriesOf({ resource }: Kustomization, key: string): string[] {
  const list = resource[key];
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

/** The files that are patches, relative to the kustomization's folder; with the name that a patch's target is narrowed to. */
export function patchFilesOf(kustomization: Kustomization): { path: string; target: string | undefined }[] {
  const { patches } = kustomization.resource;
  const listed = (Array.isArray(patches) ? patches : []).flatMap((patch) => {
    if (!isObject(patch) || typeof patch.path !== 'string') return [];
    const target = isObject(patch.target) && typeof patch.target.name === 'string' ? patch.target.name : undefined;
    return [{ path: patch.path, target }];
  });
  const strategic = entriesOf(kustomization, 'patchesStrategicMerge').filter((entry) => !entry.includes('\n'));
  return [...listed, ...strategic.map((path) => ({ path, target: undefined }))];
}

/** The files that any of the kustomizations takes as patches: partial objects, none of the package's own. */
export function patchPathsOf(kustomizations: readonly Kustomization[]): Set<string> {
  return new Set(kustomizations.flatMap((one) => patchFilesOf(one).map(({ path }) => pathOfEntry(one, path))));
}

/** Where an entry points, relative to the folder that the verb was given. */
export function pathOfEntry({ folder }: Kustomization, entry: string): string {
  return posix.normalize(posix.join(folder, entry));
}

/** Whether a list names the file, however it is written. */
export function lists(kustomization: Kustomization, key: string, path: string): boolean {
  return entriesOf(kustomization, key).some((entry) => pathOfEntry(kustomization, entry) === path);
}

/** Entries to put at the end of lists, and paths to take out of `resources`. */
export interface Listing {
  readonly resources: readonly string[];
  readonly patches: readonly string[];
  readonly gone: readonly string[];
}

/** The kustomization with the entries listed, each once; undefined when nothing changes. */
export function listIn(kustomization: Kustomization, { resources, patches, gone }: Listing): FileChange | Problem | undefined {
  const { path, text, document, folder } = kustomization;
  const relative = (file: string) => posix.relative(folder, file);
  const added = resources.filter((file) => !lists(kustomization, 'resources', file)).map(relative);
  const patched = patchFilesOf(kustomization).map((patch) => pathOfEntry(kustomization, patch.path));
  const newPatches = patches.filter((file) => !patched.includes(file)).map((file) => ({ path: relative(file) }));
  const entries = Array.isArray(kustomization.resource.resources) ? kustomization.resource.resources : [];
  const dropped = entries.flatMap((entry, at) =>
    typeof entry === 'string' && gone.includes(pathOfEntry(kustomization, entry)) ? [at] : [],
  );
  const edits = [...listEdits(kustomization, 'resources', added, dropped), ...listEdits(kustomization, 'patches', newPatches, [])];
  if (edits.length === 0) return;
  try {
    return { path, text: text.replace(document.text, () => editDocument(document, edits)), before: text };
  } catch (error) {
    if (!(error instanceof NotEditableError)) throw error;
    return problem('NotEditable', `${error.message}; write it as a plain list`, { file: { path } });
  }
}

/** Several items for a list that is not there are one edit: each by itself would make the list anew. */
function listEdits({ document, resource }: Kustomization, key: string, added: readonly unknown[], dropped: readonly number[]): Edit[] {
  const list = Array.isArray(resource[key]) ? resource[key] : [];
  const remaining = list.filter((_, at) => !dropped.includes(at));
  if (remaining.length === 0 && added.length > 0) return [{ set: [key], to: added }];
  if (remaining.length === 0 && dropped.length > 0) return rootSize(document) > 1 ? [{ remove: [key] }] : [{ set: [key], to: [] }];
  return [...dropped.map((at) => ({ drop: at, from: [key] })), ...added.map((entry) => ({ append: entry, at: [key] }))];
}

function rootSize({ parsed }: Document): number {
  const root = nodeAt(parsed, rootEvent, 0);
  return root.kind === 'mapping' ? root.entries.length : 0;
}
