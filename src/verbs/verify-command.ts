/** The options and the help of `verify`, and of `primitive verify`, which is the platform's own spelling of it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../duration.ts';
import { collect } from './pin-options.ts';
import type { Terminal } from './terminal.ts';
import type { ClusterOptions } from './verify-cluster.ts';

interface Verbs {
  /** Runs a verb and keeps its exit status. */
  readonly run: (verb: () => Promise<number>) => Promise<void>;
  readonly output: () => Option;
  readonly fnConfig: () => Option;
  readonly terminal: Terminal;
}

const help = `
DIR and --rendered look at what is about to be applied, offline. --cluster looks at what is live: is each Process there, are its
workers rendered from its spec and available, do they mount the pinned bytes, and what does the sidecar say of it? With --cluster
the arguments are Processes, NAME or NAMESPACE/NAME; without any, all Processes of the namespace are verified. It reads
Processes, Deployments, ConfigMaps and pods (get, list; and watch with --wait), and changes nothing.

Exit status: 0 all is well, 1 something is not, or could not be checked, 2 wrong usage.

Examples:
  kustomize build --enable-alpha-plugins --enable-exec overlays/prod | ameide-process verify --rendered -
  ameide-process verify deploy/processes
  ameide-process verify deploy/processes --against origin/main
  ameide-process verify --cluster                              all Processes of the context's namespace
  ameide-process verify --cluster l2o -n sales --wait 5m       after a sync, until it runs what is pinned
  ameide-process verify --cluster -A -o json                   every Process of the cluster, for a machine`;

const primitiveHelp = `
The answer of --json is {summary, health: {kind, name, ready}, checks: [{check, status, message, issues: [{resource, field,
expected, actual}]}], next_steps, cascade}. In mode repo \`ready\` is false: nobody was asked.

Examples:
  ameide-process primitive verify --kind process --name l2o --namespace sales --json
  ameide-process primitive verify --kind process --name l2o --mode all --repo-root deploy/processes`;

export function addVerify(program: Command, { run, output, fnConfig, terminal }: Verbs): void {
  withCluster(
    program
      .command('verify')
      .summary('check a folder, a rendered stream, or what is live')
      .description('Verify a folder, a rendered stream, or what is live in a cluster. It changes nothing.')
      .argument('[dir|names...]', 'a folder with Process resources; with --cluster: NAME or NAMESPACE/NAME')
      .optionsGroup('Options with a folder:')
      .option('--against <ref>', 'compare DIR with a Git revision too: no retained pin lost, no queue changed')
      .addOption(
        new Option('--drop <version|checksum>', 'with --against: this pin is meant to be dropped; may be repeated')
          .argParser(collect)
          .default([], 'none'),
      )
      .addOption(fnConfig())
      .optionsGroup('Options of a rendered stream:')
      .option('--rendered <file>', 'verify a stream of rendered manifests instead: a file, or - for stdin')
      .option('--require-process', 'a stream without any Process fails')
      .optionsGroup('Options of a live cluster:')
      .option('--cluster', 'verify live Processes instead')
      .option('-A, --all-namespaces', 'of all namespaces'),
  )
    .optionsGroup('Options:')
    .addOption(output())
    .addOption(new Option('--json', 'the same as -o json').implies({ output: 'json' }))
    .addHelpText('after', help)
    .action((args: string[], options, command: Command) =>
      run(async () => {
        const wrong = wrongVerify(args, options);
        if (wrong) command.error(`error: ${wrong}`);
        if (options.cluster) return (await import('./verify-cluster.ts')).verifyClusterVerb(args, options, terminal);
        if (args[0] !== undefined) return (await import('./verify-folder.ts')).verifyFolderVerb(args[0], options, terminal);
        return (await import('./verify.ts')).verifyRenderedVerb(options.rendered, options, terminal);
      }),
    );
}

export function addPrimitive(program: Command, { run, terminal }: Pick<Verbs, 'run' | 'terminal'>): void {
  const primitive = program
    .command('primitive')
    .summary('`primitive verify`: the platform’s spelling of `verify`')
    .description('The platform’s spelling of `verify`, for one primitive.');
  withCluster(
    primitive
      .command('verify')
      .description('Verify one Process, in the cluster, in Git, or both. It changes nothing.')
      .addOption(new Option('--kind <kind>', 'only: process').argParser(kind).makeOptionMandatory())
      .requiredOption('--name <name>', 'the name of the Process')
      .addOption(new Option('--mode <mode>', 'where it is looked').choices(['cluster', 'repo', 'all']).default('cluster'))
      .option('--repo-root <dir>', 'in modes repo and all: the folder with Process resources', '.'),
  )
    .option('--json', 'print JSON on stdout')
    .addHelpText('after', primitiveHelp)
    .action((options, command: Command) =>
      run(async () => {
        if (options.name.includes('/')) command.error('error: --name takes no namespace: give it with --namespace');
        return (await import('./primitive-verify.ts')).primitiveVerifyVerb(options, terminal);
      }),
    );
}

function withCluster(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'the namespace of the Processes (default: the one of the kubeconfig’s context)')
    .option('--kubeconfig <file>', 'which kubeconfig (default: KUBECONFIG, ~/.kube/config, or the pod’s own account)')
    .option('--context <name>', 'which context of it (default: its current one)')
    .addOption(new Option('--wait <duration>', 'until all is well, at most so long: 90s, 5m').argParser(duration));
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('It must be a duration such as 90s or 5m.');
  return ms;
}

function kind(text: string): string {
  if (text === 'process') return text;
  throw new InvalidArgumentError('This tool verifies the kind process; the others have operators of their own.');
}

interface VerifyArguments extends Partial<ClusterOptions> {
  readonly cluster?: boolean;
  readonly rendered?: string;
  readonly against?: string;
  readonly drop: readonly string[];
  readonly requireProcess?: boolean;
  readonly fnConfig?: string;
}

/** Options that do not go together are refused rather than passed over. */
function wrongVerify(args: readonly string[], options: VerifyArguments): string | undefined {
  const { cluster, rendered, against, drop, requireProcess, fnConfig } = options;
  const ofFolder = against !== undefined || fnConfig !== undefined || drop.length > 0;
  if (cluster) {
    if (rendered !== undefined || requireProcess || ofFolder) return '--cluster goes with no option of a folder or of a rendered stream';
    return wrongCluster(args, options);
  }
  const { namespace, allNamespaces, kubeconfig, context, wait } = options;
  if ([namespace, allNamespaces, kubeconfig, context, wait].some((value) => value !== undefined))
    return '--namespace, --all-namespaces, --kubeconfig, --context and --wait need --cluster';
  if (args.length === 0 && rendered === undefined)
    return 'name a folder, a rendered stream with --rendered, or a live cluster with --cluster';
  if (args.length > 1) return 'name one folder; with --cluster the arguments are names of Processes';
  if (args.length > 0 && rendered !== undefined) return 'name a folder or --rendered, not both';
  if (rendered !== undefined && (against !== undefined || fnConfig !== undefined))
    return '--against and --fn-config need a folder, not --rendered';
  if (rendered === undefined && requireProcess) return '--require-process needs --rendered';
  return drop.length > 0 && against === undefined ? '--drop needs --against' : undefined;
}

function wrongCluster(args: readonly string[], { namespace, allNamespaces }: VerifyArguments): string | undefined {
  if (namespace !== undefined && allNamespaces) return 'name a --namespace or --all-namespaces, not both';
  const wrong = args.find((name) => !/^[^/]+(\/[^/]+)?$/.test(name));
  return wrong === undefined ? undefined : `"${wrong}" must be NAME or NAMESPACE/NAME`;
}
