/** Files of Processes that a verb edits in place: all of them, or none; what is not changed stays byte for byte. */
import { readFileSync } from 'node:fs';
import { editDocument, parseDocuments } from '../package/documents.ts';
import type { FileChange } from '../package/package.ts';
import { writeFiles } from '../package/write-files.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { type Resource, referTo } from '../resource.ts';
import { type Edit, NotEditableError } from '../yaml/edit.ts';

/** What a verb does to one Process of a file, and what it says of that. */
export interface Edited<T> {
  readonly edits: readonly Edit[];
  readonly outcome: T;
}

/** Decides for one Process, or for a patch of one. */
export type EditProcess<T> = (process: Resource, file: string) => Edited<T> | readonly Problem[];

/** Edits each Process of the files. Any problem: nothing is written, and nothing was done. */
export function editFiles<T>(
  files: readonly string[],
  edit: EditProcess<T>,
  { dryRun = false }: { readonly dryRun?: boolean | undefined } = {},
): { readonly outcomes: readonly T[]; readonly problems: readonly Problem[] } {
  const results = [...new Set(files)].map((file) => editFile(file, edit));
  const problems = results.flatMap((result) => ('problems' in result ? result.problems : []));
  const edited = results.flatMap((result) => ('problems' in result ? [] : [result]));
  const changes = edited.map(({ change }) => change).filter(({ before, text }) => before !== text);
  if (problems.length === 0 && !dryRun) problems.push(...writeFiles('', changes));
  return { outcomes: problems.length > 0 ? [] : edited.flatMap(({ outcomes }) => outcomes), problems };
}

function editFile<T>(file: string, edit: EditProcess<T>): { change: FileChange; outcomes: T[] } | { problems: Problem[] } {
  const at = { file: { path: file } };
  let before: string;
  try {
    before = readFileSync(file, 'utf8');
  } catch (error) {
    return { problems: [problem('PackageInvalid', `cannot be read: ${(error as Error).message}`, at)] };
  }
  const parsed = parseDocuments(before);
  if ('problem' in parsed) return { problems: [{ ...parsed.problem, ...at }] };
  const outcomes: T[] = [];
  const problems: Problem[] = [];
  const texts = parsed.documents.map((document) => {
    const { resource, text } = document;
    if (!resource || !isProcessKind(resource)) return text;
    const decided = edit(resource, file);
    if (!('edits' in decided)) {
      problems.push(...decided.map((found) => ({ resource: referTo(resource), ...found, ...at })));
      return text;
    }
    outcomes.push(decided.outcome);
    try {
      return editDocument(document, decided.edits);
    } catch (error) {
      if (!(error instanceof NotEditableError)) throw error;
      problems.push(problem('NotEditable', `${error.message}; write that part as a plain block mapping`, at));
      return text;
    }
  });
  if (outcomes.length === 0 && problems.length === 0) {
    problems.push(problem('ProcessNotFound', 'there is no Process in this file; name the file of a Process', at));
  }
  return problems.length > 0 ? { problems } : { change: { path: file, before, text: texts.join('') }, outcomes };
}
