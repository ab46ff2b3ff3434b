/** One YAML file as documents whose text is kept: what is not changed is written back byte for byte. Pure. */
import { EVENT_ID } from 'js-yaml';
import { group } from '../names.ts';
import { type Problem, problem } from '../problem.ts';
import { isObject, type Resource } from '../resource.ts';
import { applySplices, type Edit, planEdit, planReplacement } from '../yaml/edit.ts';
import { nodeAt, type Parsed } from '../yaml/nodes.ts';
import { parseYaml, readValue } from '../yaml/read.ts';
import { writeYaml } from '../yaml/write.ts';

/** A stretch of a file from one `---` to the next, that line included. */
export interface Document {
  readonly text: string;
  /** Undefined for one that holds comments only. */
  readonly resource: Resource | undefined;
  readonly parsed: Parsed;
}

/** Whether there is more in it than comments. */
export function hasContent({ parsed }: Document): boolean {
  return parsed.events.length > 2;
}

/** The event index of a document's root node. */
export const rootEvent = 1;

export function parseDocuments(source: string): { documents: Document[] } | { problem: Problem } {
  const documents: Document[] = [];
  for (const text of splitDocuments(source)) {
    const parsed = parseYaml(text);
    if ('reason' in parsed) return { problem: withLine(parsed, documents) };
    const refusal = refuse(parsed);
    if (refusal) return { problem: withLine(refusal, documents) };
    if (!hasContent({ text, parsed, resource: undefined })) {
      documents.push({ text, parsed, resource: undefined });
      continue;
    }
    const read = readValue(parsed, rootEvent);
    if ('problem' in read) return { problem: withLine(read.problem, documents) };
    const resource = isObject(read.value) ? read.value : undefined;
    if (resource && holdsOurs(resource)) {
      return {
        problem: withLine(
          problem('PackageInvalid', 'a List with resources of ours is not taken apart; write its items as documents, `---` between them'),
          documents,
        ),
      };
    }
    documents.push({ text, parsed, resource });
  }
  return { documents };
}

/** What cannot be told apart cannot be edited: a document that nothing but a `...` separates from the one before. */
function refuse({ events }: Parsed): Problem | undefined {
  const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
  return documents > 1 ? problem('YamlUnsafe', 'a document begins behind `...`; begin it with `---`') : undefined;
}

function holdsOurs({ kind, items }: Resource): boolean {
  const isOurs = (item: unknown) => isObject(item) && typeof item.apiVersion === 'string' && item.apiVersion.startsWith(`${group}/`);
  return kind === 'List' && Array.isArray(items) && items.some(isOurs);
}

/** A `---` at the start of a line starts a document wherever it stands: no scalar can hold it there. */
function splitDocuments(source: string): string[] {
  // Not with the `m` flag: it takes U+2028 for a line break, which YAML does not.
  const starts = [0, ...[...source.matchAll(/(?<=^|\n)---(?=[ \t\r\n]|$)/g)].map(({ index }) => index)];
  const texts = starts.map((start, at) => source.slice(start, starts[at + 1]));
  // What stands before the first `---` is a document only if there is something in it: directives belong to what follows.
  if (texts.length > 1 && texts[0]!.split('\n').every((line) => /^[ \t]*(?:[#%].*)?\r?$/.test(line))) {
    const head = texts.shift()!;
    texts[0] = head + texts[0]!;
  }
  return texts;
}

/** Lines are counted within a document; say so when it is not the first. */
function withLine(found: Problem, before: readonly Document[]): Problem {
  const lines = before.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0);
  return lines === 0 ? found : { ...found, message: `${found.message} (of the document that starts at line ${lines + 1})` };
}

/** The document's text after the edits. Throws NotEditableError. */
export function editDocument({ text, parsed }: Document, edits: readonly Edit[]): string {
  const root = nodeAt(parsed, rootEvent, 0);
  return applySplices(
    text,
    edits.flatMap((edit) => planEdit(text, root, edit)),
  );
}

/** The document's text with another resource in the place of its own; comments before it stay. */
export function replaceDocument({ text, parsed }: Document, resource: Resource): string {
  return applySplices(text, [planReplacement(text, nodeAt(parsed, rootEvent, 0), false, resource)]);
}

/** A resource as the text of a document of its own. */
export function writeDocument(resource: Resource): string {
  return `${writeYaml(resource)}\n`;
}
