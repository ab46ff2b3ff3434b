/** `drain`: writes `spec.lifecycle: Draining` into files of Processes, in place, or takes it away again. All of it, or nothing. */
import type { ProcessSpec } from '../process.ts';
import { isSame, nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { Edit } from '../yaml/edit.ts';
import { editFiles } from './edit-files.ts';
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

export async function drainVerb(files: readonly string[], options: DrainOptions, terminal: Terminal): Promise<number> {
  const edit = (process: Resource, file: string) => {
    const edits = editsOf(process, options);
    return { edits, outcome: outcome(file, process, { ...options, changed: edits.length > 0 }) };
  };
  const { outcomes: processes, problems } = editFiles(files, edit, options);
  await terminal.report(problems);
  if (options.output === 'json') await terminal.print(toJson({ processes }, problems));
  else await tell(processes, options, terminal);
  return problems.length > 0 ? 1 : 0;
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
