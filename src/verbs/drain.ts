/** `drain`: writes `spec.lifecycle: Draining` into files of Processes, in place, or takes it away again. All of it, or nothing. */
import { readFileSync } from 'node:fs';
import { editDocument, parseDocuments } from '../package/documents.ts';
import type { FileChange } from '../package/package.ts';
import { writeFiles } from '../package/write-files.ts';
import { type Problem, problem } from '../problem.ts';
import type { ProcessSpec } from '../process.ts';
import { isProcessKind } from '../render/located.ts';
import { isSame, nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import { type Edit, NotEditableError } from '../yaml/edit.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface DrainOptions {
  readonly policy?: NonNullable<ProcessSpec['drain']>['policy'];
  readonly timeout?: string;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

/** What became of one Process of a file. */
interface Edited {
  readonly name: string;
  readonly namespace?: string;
  readonly file: string;
  readonly lifecycle: 'Active' | 'Draining';
  readonly changed: boolean;
}

interface FileEdited {
  readonly change: FileChange;
  readonly processes: readonly Edited[];
}

export async function drainVerb(files: readonly string[], options: DrainOptions, terminal: Terminal): Promise<number> {
  const results = [...new Set(files)].map((file) => editFile(file, options));
  const problems: Problem[] = results.flatMap((result) => ('reason' in result ? [result] : []));
  const edited = results.flatMap((result) => ('reason' in result ? [] : [result]));
  const changes = edited.map(({ change }) => change).filter(({ before, text }) => before !== text);
  if (problems.length === 0 && !options.dryRun) problems.push(...writeFiles('', changes));
  const processes = problems.length > 0 ? [] : edited.flatMap((one) => one.processes);
  await terminal.report(problems);
  if (options.output === 'json') await terminal.print(toJson({ processes }, problems));
  else await tell(processes, options, terminal);
  return problems.length > 0 ? 1 : 0;
}

function editFile(file: string, options: DrainOptions): FileEdited | Problem {
  const at = { file: { path: file } };
  let before: string;
  try {
    before = readFileSync(file, 'utf8');
  } catch (error) {
    return problem('PackageInvalid', `cannot be read: ${(error as Error).message}`, at);
  }
  const parsed = parseDocuments(before);
  if ('problem' in parsed) return { ...parsed.problem, ...at };
  const processes: Edited[] = [];
  try {
    const texts = parsed.documents.map((document) => {
      const { resource, text } = document;
      if (!resource || !isProcessKind(resource)) return text;
      const edits = editsOf(resource, options);
      processes.push(outcome(file, resource, { ...options, changed: edits.length > 0 }));
      return editDocument(document, edits);
    });
    if (processes.length === 0) return problem('ProcessNotFound', 'there is no Process in this file; name the file of a Process', at);
    return { change: { path: file, before, text: texts.join('') }, processes };
  } catch (error) {
    if (error instanceof NotEditableError) return problem('NotEditable', `${error.message}; write that part as a plain block mapping`, at);
    throw error;
  }
}

/** Only what differs: the rest of the file stays byte for byte. The default is left unsaid. */
function editsOf(process: Resource, { policy, timeout, undo }: DrainOptions): Edit[] {
  const lifecycle = valueAt(process, 'spec', 'lifecycle');
  if (undo) return lifecycle === undefined ? [] : [{ remove: ['spec', 'lifecycle'] }];
  const drain = { ...(valueAt(process, 'spec', 'drain') as Resource | undefined) };
  const wanted = { ...drain, ...(policy && { policy }), ...(timeout && { timeout }) };
  const fields = (['policy', 'timeout'] as const).filter((key) => wanted[key] !== drain[key]);
  const isNew = Object.keys(drain).length === 0;
  const drainEdits: Edit[] = isNew
    ? isSame(wanted, drain)
      ? []
      : [{ set: ['spec', 'drain'], to: wanted }]
    : fields.map((key) => ({ set: ['spec', 'drain', key], to: wanted[key] }));
  return [...(lifecycle === 'Draining' ? [] : [{ set: ['spec', 'lifecycle'], to: 'Draining' } satisfies Edit]), ...drainEdits];
}

function outcome(file: string, process: Resource, { undo, changed }: DrainOptions & { changed: boolean }): Edited {
  const namespace = namespaceOf(process);
  return { name: nameOf(process), ...(namespace && { namespace }), file, lifecycle: undo ? 'Active' : 'Draining', changed };
}

async function tell(processes: readonly Edited[], { dryRun }: DrainOptions, terminal: Terminal): Promise<void> {
  for (const { name, namespace, file, lifecycle, changed } of processes) {
    const who = terminal.style('bold', namespace ? `${namespace}/${name}` : name);
    const what = changed ? `${dryRun ? 'would be' : 'is'} ${lifecycle}` : `is ${lifecycle} already`;
    await terminal.print(`${who} ${what} (${file})`);
  }
  if (processes.some(({ changed }) => changed) && !dryRun) {
    await terminal.remark('Render and commit: `ameide-process render DIR`. The workers stay; `ameide-process list` shows the drain.');
  }
}
