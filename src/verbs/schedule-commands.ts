/** The options and the help of `check-sla` and `sweep`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.ts';
import { collect } from './pin-options.ts';
import { positiveInteger } from './run-verb.ts';
import type { Terminal } from './terminal.ts';

const checkSlaHelp = `
Without --check all SLA checks of the live Process (spec.slaChecks). What is new is told as an Event of the Process and printed, each
workflow once; the status remembers how far it was judged. With --max-duration it is a question: nothing is told and remembered.
Temporal is the Process's own, with the credentials in the Secrets that it names. Variables (TEMPORAL_…) count where PROCESS_NAME and
PROCESS_NAMESPACE name the Process, as in its Jobs.

Examples:
  ameide-process check-sla l2o -n sales
  ameide-process check-sla l2o -n sales --check slow --dry-run
  ameide-process check-sla l2o -n sales --max-duration 72h --workflow-type runProcess --temporal-address localhost:7233 --fail`;

const sweepHelp = `
Ends nothing while the Process is drained, while the live spec is not what was rendered, while another Process uses the same task
queue, while that cannot be known, and at another Temporal than its workers' unless --temporal-address names it: it says so, and exits 0
(with --fail: 1).

Examples:
  ameide-process sweep l2o -n sales --cleanup stale --dry-run
  ameide-process sweep l2o -n sales --older-than 720h --action Cancel --limit 50
  ameide-process sweep l2o -n sales --cleanup stale -o json`;

export interface Shared {
  readonly run: (verb: () => Promise<number>) => Promise<void>;
  readonly terminal: Terminal;
}

export function addSchedules(program: Command, { run, terminal }: Shared): void {
  common(
    program
      .command('check-sla')
      .summary('report workflows that run for too long')
      .description('Find workflows of a Process that run for too long, and report each once.'),
  )
    .addOption(new Option('--check <name>', 'only this check; may be repeated').argParser(collect).default([], 'all of the live Process'))
    .addOption(
      new Option('--max-duration <duration>', 'instead of a check: ask who runs for longer than this')
        .argParser(duration)
        .conflicts('check'),
    )
    .option('--workflow-type <name>', 'with --max-duration: only workflows of this type')
    .option('--dry-run', 'tell and remember nothing')
    .option('--fail', 'exit 1 while any workflow runs for too long')
    .addOption(new Option('--limit <n>', 'so many new ones are named; the others are counted').argParser(positiveInteger).default(100))
    .addHelpText('after', checkSlaHelp)
    .action((name: string, options, command: Command) =>
      run(async () => {
        if (options.workflowType !== undefined && options.maxDuration === undefined)
          command.error('error: --workflow-type needs --max-duration: a check has its own');
        return (await import('./check-sla.ts')).checkSlaVerb(name, options, terminal);
      }),
    );
  common(
    program
      .command('sweep')
      .summary('end workflows that run for too long')
      .description('Cancel or terminate workflows of a Process that run for too long.'),
  )
    .option('--cleanup <name>', 'a cleanup of the live Process (spec.cleanups)')
    .addOption(new Option('--older-than <duration>', 'instead of a cleanup: who runs for longer').argParser(duration).conflicts('cleanup'))
    .addOption(new Option('--action <action>', 'with --older-than').choices(['Cancel', 'Terminate']))
    .option('--workflow-type <name>', 'with --older-than: only workflows of this type')
    .option('--dry-run', 'end nothing; say what would be ended')
    .option('--fail', 'exit 1 when nothing may be ended, or something remains')
    .addOption(new Option('--limit <n>', 'so many are ended at most').argParser(positiveInteger).default(1_000))
    .addHelpText('after', sweepHelp)
    .action((name: string, options, command: Command) =>
      run(async () => {
        const { cleanup, olderThan, action, workflowType } = options;
        if (cleanup === undefined && olderThan === undefined) command.error('error: name a --cleanup, or --older-than and --action');
        if ((olderThan === undefined) !== (action === undefined)) command.error('error: --older-than and --action belong together');
        if (workflowType !== undefined && olderThan === undefined)
          command.error('error: --workflow-type needs --older-than: a cleanup has its own');
        return (await import('./sweep.ts')).sweepVerb(name, options, terminal);
      }),
    );
}

function common(command: Command): Command {
  return command
    .argument('<process>', 'the Process')
    .option('-n, --namespace <name>', 'its namespace (default: the pod’s own, or that of the kubeconfig’s context)')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, or the pod’s service account')
    .option('--context <name>', 'a context of the kubeconfig')
    .option(
      '--temporal-address <host:port>',
      'where Temporal is reached (default: as its Job is told, else as the Process or its status says)',
    )
    .addOption(new Option('--rate <n>', 'calls to Temporal a second').argParser(positiveInteger).default(20))
    .addOption(
      new Option('-o, --output <format>', 'how the result is printed; lines: one JSON object each, for logs')
        .choices(['table', 'json', 'lines'])
        .default('table'),
    );
}

function duration(text: string): string {
  if (!parseDuration(text)) throw new InvalidArgumentError('It must be a Go duration such as 90m or 72h, longer than zero.');
  return text;
}
