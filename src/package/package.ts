/** A folder of YAML files as items, with the place of each in annotations as kpt gives them; and changes of items as changes of files. Pure. */
import { place, placePrefixes } from '../names.ts';
import { placedAt } from '../render/located.ts';
import { annotationOf, annotationsOf, isSame, type Resource } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import { lineBreakOf, NotEditableError } from '../yaml/edit.ts';
import { type Document, editDocument, hasContent, replaceDocument, writeDocument } from './documents.ts';

export interface PackageFile {
  /** Relative to the package, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly documents: readonly Document[];
}

export interface Package {
  readonly files: readonly PackageFile[];
  readonly items: readonly Resource[];
  /** Where each item stands. */
  readonly origins: readonly { readonly document: Document; readonly index: number }[];
}

/** A file to write, or to delete when `text` is undefined. */
export interface FileChange {
  readonly path: string;
  readonly text: string | undefined;
  readonly before: string | undefined;
}

/** The files as items. `hasPlaces` is false for a stream, whose items cannot be written back to where they came from. */
export function packageOf(files: readonly PackageFile[], hasPlaces = true): Package {
  const items: Resource[] = [];
  const origins: { document: Document; index: number }[] = [];
  for (const file of files) {
    for (const [index, document] of file.documents.filter(({ resource }) => resource?.kind !== undefined).entries()) {
      items.push(hasPlaces ? placedAt(document.resource!, file.path, index) : document.resource!);
      origins.push({ document, index });
    }
  }
  return { files, items, origins };
}

function withoutPlace(resource: Resource): Resource {
  const entries = Object.entries(annotationsOf(resource)).filter(([key]) => !placePrefixes.some((prefix) => key.startsWith(prefix)));
  const { annotations: _, ...metadata } = resource.metadata as Resource;
  return { ...resource, metadata: { ...metadata, ...(entries.length > 0 && { annotations: Object.fromEntries(entries) }) } };
}

/** The changes of files that the changes of items come to; what has no place goes to the end of the first file. Throws NotEditableError. */
export function fileChanges(pkg: Package, changes: readonly Change[]): FileChange[] {
  const next = new Map<Document, Part | undefined>();
  const added = new Map<string, Part[]>();
  for (const change of changes) {
    if (change.kind === 'add') {
      const path = pathOf(change.resource) ?? pkg.files[0]!.path;
      const part = { text: writeDocument(withoutPlace(change.resource)), index: indexOf(change.resource) ?? Number.POSITIVE_INFINITY };
      const parts = added.get(path);
      if (parts) parts.push(part);
      else added.set(path, [part]);
      continue;
    }
    next.set(pkg.origins[change.index]!.document, changed(pkg, change));
  }
  const known = new Set(pkg.files.map(({ path }) => path));
  const created = [...added].filter(([path]) => !known.has(path));
  return [
    ...pkg.files.flatMap((file) => rewrite(file, next, added.get(file.path) ?? [])),
    ...created.map(([path, parts]) => ({ path, text: join(parts, ''), before: undefined })),
  ];
}

/** What becomes of the item's document; undefined when it goes. */
function changed({ origins }: Pick<Package, 'origins'>, change: Exclude<Change, { kind: 'add' }>): Part | undefined {
  const { document, index } = origins[change.index]!;
  if (change.kind === 'remove') return;
  try {
    if (change.kind === 'edit') return { text: editDocument(document, change.edits), index };
    return { text: replaceIfDifferent(document, withoutPlace(change.resource)), index: indexOf(change.resource) ?? index };
  } catch (error) {
    if (error instanceof NotEditableError) error.item = change.index;
    throw error;
  }
}

/** A document's text and where it goes in its file. */
interface Part {
  readonly text: string;
  readonly index: number;
}

function indexOf(resource: Resource): number | undefined {
  const index = annotationOf(resource, place.index[0]);
  return index === undefined ? undefined : Number(index);
}

function pathOf(resource: Resource): string | undefined {
  return annotationOf(resource, place.path[0]);
}

function replaceIfDifferent(document: Document, resource: Resource): string {
  return isSame(resource, document.resource) ? document.text : replaceDocument(document, resource);
}

function rewrite(file: PackageFile, next: ReadonlyMap<Document, Part | undefined>, added: readonly Part[]): FileChange[] {
  if (added.length === 0 && !file.documents.some((document) => next.has(document))) return [];
  let index = -1;
  const kept: Part[] = [];
  for (const document of file.documents) {
    if (document.resource?.kind !== undefined) index++;
    const part = next.has(document) ? next.get(document) : { text: document.text, index };
    if (part) kept.push(part);
  }
  const parts = [...kept, ...added];
  const text = join(parts, file.text);
  if (text === file.text) return [];
  const isEmpty =
    added.length === 0 && !file.documents.some((document) => hasContent(document) && (!next.has(document) || next.get(document)));
  return [{ path: file.path, text: isEmpty ? undefined : text, before: file.text }];
}

/** The documents in their order, each but the first behind a `---`, in the line breaks of the file they are for. */
function join(parts: readonly Part[], like: string): string {
  const eol = lineBreakOf(like);
  const texts = [...parts]
    .sort((a, b) => a.index - b.index)
    .map(({ text }, at) => {
      if (at > 0) return text.startsWith('---') ? text : `---${eol}${text}`;
      return like.startsWith('---') ? text : text.replace(/^---[ \t]*\r?\n/, '');
    });
  return texts.map((text, at) => (at < texts.length - 1 && !text.endsWith('\n') ? `${text}${eol}` : text)).join('');
}
