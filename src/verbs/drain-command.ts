/** The options and the help of `drain` and `release`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.ts';
import type { Terminal } from './terminal.ts';

const drainHelp = `
The workers stay. Schedules of the task queue are paused, running workflows are handled by the policy, and the status says Drained
when the Process can be removed from Git. --undo restores exactly what was paused. Render and commit afterwards;
"ameide-process describe NAME --watch" shows the drain, once it is synced.

Examples:
  ameide-process drain processes/l2o.yaml
  ameide-process drain processes/l2o.yaml --policy Cancel --timeout 2h
  ameide-process drain processes/l2o.yaml --undo`;

const releaseHelp = `
A Process that is deleted waits until no workflow of its task queue runs. This ends the waiting: it says what will be lost, asks,
and takes the finalizer ameide.io/drain off; workers and definitions then go.

Examples:
  ameide-process release l2o -n sales
  ameide-process release l2o -n sales --yes`;

export interface Shared {
  readonly run: (verb: () => Promise<number>) => Promise<void>;
  readonly output: () => Option;
  readonly terminal: Terminal;
}

export function addDrain(program: Command, { run, output, terminal }: Shared): void {
  program
    .command('drain')
    .summary('begin to remove Processes: no starts, workers stay')
    .description('Write `spec.lifecycle: Draining` into the files of Processes, in place: the first step to remove them.')
    .argument('<files...>', 'files with Process resources')
    .addOption(new Option('--policy <policy>', 'what happens to running workflows').choices(['Wait', 'Cancel', 'Terminate', 'Abandon']))
    .addOption(new Option('--timeout <duration>', 'when a person should decide, such as 2h').argParser(duration))
    .addOption(new Option('--undo', 'make them Active again').conflicts(['policy', 'timeout']))
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText('after', drainHelp)
    .action((files: string[], options) => run(async () => (await import('./drain.ts')).drainVerb(files, options, terminal)));
}

export function addRelease(program: Command, { run, terminal }: Omit<Shared, 'output'>): void {
  program
    .command('release')
    .summary('let a deleted Process go, whatever still runs')
    .description('Let a Process go that is being deleted, whatever still runs. It says what will be lost, and asks.')
    .argument('<name>', 'the Process')
    .option('-n, --namespace <name>', 'its namespace (default: that of the kubeconfig’s context)')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, or the pod’s service account')
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--yes', 'do not ask')
    .addHelpText('after', releaseHelp)
    .action((name: string, options) => run(async () => (await import('./release.ts')).releaseVerb(name, options, terminal)));
}

function duration(text: string): string {
  if (parseDuration(text) === undefined) throw new InvalidArgumentError('It must be a Go duration such as 90m or 72h.');
  return text;
}
