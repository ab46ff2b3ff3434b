/** The options and the help of `list` and `describe`, for who is on call. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Terminal } from './terminal.ts';

const listHelp = `
One row for each Process, those first that need a look: is it Ready and if not, why; the version that runs, and a newer one where the
sidecar knows of it; ready and desired workers; a drain; breached service levels. It reads Processes alone (get, list; watch with
--watch), and changes nothing. Exit status: 0 however the Processes are, 1 when they cannot be read, 2 wrong usage.
For a verdict that a script can use: ameide-process verify --cluster.

Examples:
  ameide-process list                     the Processes of the context's namespace
  ameide-process list -A -o wide          of all namespaces, with queue, image and message
  ameide-process list -A --watch          live, until Ctrl-C; into a pipe: a line for each change
  ameide-process list -n sales -o json    {now, summary, processes, findings}: docs/on-call.md`;

const describeHelp = `
Conditions with what to do, definition, workers, what Temporal says of the task queue (pollers, backlog, running workflows), drain,
the last Events, and what to do next. It reads the Process, its Deployments and pods, and Events; what may not be read is said in its
place. Temporal is asked from this machine, with the Secrets that the Process names if you may read them. It changes nothing.
Exit status: 0 however the Process is, 1 when it is not there or cannot be read, 2 wrong usage.

Examples:
  ameide-process describe l2o -n sales
  ameide-process describe sales/l2o --watch       live, until Ctrl-C; into a pipe: a line for each condition that changes
  kubectl port-forward -n temporal svc/temporal-frontend 7233 &
  ameide-process describe l2o -n sales --temporal-address 127.0.0.1:7233`;

interface Shared {
  readonly run: (verb: () => Promise<number>) => Promise<void>;
  readonly terminal: Terminal;
}

export function addList(program: Command, { run, terminal }: Shared): void {
  withAccess(
    program
      .command('list')
      .summary('show live Processes at a glance, ill ones first')
      .description('Show the live Processes at a glance, those first that need a look. It changes nothing.')
      .option('-n, --namespace <name>', 'of this namespace (default: the one of the kubeconfig’s context)')
      .addOption(new Option('-A, --all-namespaces', 'of all namespaces').conflicts('namespace')),
  )
    .addOption(new Option('-o, --output <format>', 'how the result is printed').choices(['table', 'wide', 'json']).default('table'))
    .addHelpText('after', listHelp)
    .action((options) => run(async () => (await import('./list.ts')).listVerb(options, terminal)));
}

export function addDescribe(program: Command, { run, output, terminal }: Shared & { readonly output: () => Option }): void {
  withAccess(
    program
      .command('describe')
      .summary('show all of one live Process, and what to do next')
      .description('Show all that is to know of one live Process, and what to do next. It changes nothing.')
      .argument('<name>', 'the Process: NAME or NAMESPACE/NAME', oneName)
      .option('-n, --namespace <name>', 'its namespace (default: the one of the kubeconfig’s context)'),
  )
    .addOption(
      new Option('--temporal-address <host:port>', 'where Temporal is for this machine (default: as the workers are told)').argParser(
        address,
      ),
    )
    .option('--no-temporal', 'do not ask Temporal')
    .addOption(output())
    .addHelpText('after', describeHelp)
    .action((name: string, options) => run(async () => (await import('./describe.ts')).describeVerb(name, options, terminal)));
}

function withAccess(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'which kubeconfig (default: KUBECONFIG, ~/.kube/config, or the pod’s own account)')
    .option('--context <name>', 'which context of it (default: its current one)')
    .option('-w, --watch', 'go on showing it as it changes, until Ctrl-C');
}

function oneName(text: string): string {
  if (/^[^/]+(\/[^/]+)?$/.test(text)) return text;
  throw new InvalidArgumentError('It must be NAME or NAMESPACE/NAME.');
}

function address(text: string): string {
  const [, port] = /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return text;
  throw new InvalidArgumentError('It must be HOST:PORT.');
}
