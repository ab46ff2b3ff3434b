/** The verbs and their options. Each is a file beside this one; usage errors exit 2, findings exit 1. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { sidecarHome, version } from '../names.ts';
import { logLevels } from '../sidecar/log.ts';
import { writeHelp } from '../stdio.ts';
import { addCanary } from './canary-command.ts';
import { addDrain, addRelease } from './drain-command.ts';
import { addDescribe, addList } from './on-call-command.ts';
import { collect, outdatedHelp, pinHelp, wantedVersion } from './pin-options.ts';
import { addSchedules } from './schedule-commands.ts';
import { openTerminal } from './terminal.ts';
import { addPrimitive, addVerify } from './verify-command.ts';

const footer = `
Each command has examples: ameide-process COMMAND --help. Findings go to stderr, one line each; README.md says of each reason what to do.
Exit status of all: 0 done, 1 findings, 2 wrong usage.

Examples:
  ameide-process pin processes          look the definitions up, and write the pins into Git's files
  ameide-process render processes       write what the cluster gets beside them
  ameide-process verify processes       check all of it, before the commit
  ameide-process list -A                after the sync: how the live Processes are
  ameide-process describe l2o -n sales  one of them, and what to do next`;

const intro = `ameide-process turns Process resources into pinned, reviewable manifests for Temporal workers.

With no arguments and a ResourceList piped in it is a KRM function, for
\`kustomize build --enable-alpha-plugins --enable-exec\` and \`kpt fn render --allow-exec\`.`;

/** Runs a verb; gives the exit status: 0 done, 1 findings, 2 wrong usage. */
export async function runVerb(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  let exitCode = 0;
  const run = async (verb: () => Promise<number>) => {
    exitCode = await verb();
  };
  const program = new Command('ameide-process')
    .description(intro)
    .version(version, '-V, --version', 'the version of this program')
    .exitOverride()
    .configureOutput({ writeOut: (text) => writeHelp(1, text), writeErr: (text) => writeHelp(2, text) })
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for usage)');
  program.addHelpText('after', footer).commandsGroup('In Git:');
  const output = () => new Option('-o, --output <format>', 'how the result is printed').choices(['table', 'json']).default('table');
  const fnConfig = () =>
    new Option('--fn-config <file>', 'the function configuration (default: the ProcessRender nearest to the Process, upwards)');

  const source = () => new Option('--source <url|dir>', 'grpc://HOST:PORT, grpcs://HOST:PORT or a folder (default: the configuration’s)');

  program
    .command('pin')
    .summary('look definitions up and write pins and bytes into DIR')
    .description('Look definitions up and write the pins and the bytes into DIR, in place: all of it, or nothing.')
    .argument('<dir>', 'a folder with Process resources, or a kustomize overlay')
    .argument('[names...]', 'only these Processes: NAME or NAMESPACE/NAME')
    .addOption(
      new Option('--version <n|latest>', 'pin this version and write it as the wanted one; latest: want no one version').argParser(
        wantedVersion,
      ),
    )
    .option('--canary', 'pin the canary’s definition, and begin a canary where there is none')
    .addOption(new Option('--drop <version|checksum>', 'retire a retained pin; may be repeated').argParser(collect).default([], 'none'))
    .addOption(fnConfig())
    .addOption(source())
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText('after', pinHelp)
    .action((dir: string, names: string[], options) => run(async () => (await import('./pin.ts')).pinVerb(dir, names, options, terminal)));

  program
    .command('outdated')
    .summary('show the Processes whose pin is not the latest')
    .description('Show the Processes whose pin is not the latest. Exits 1 when there are any.')
    .argument('<dir>', 'a folder with Process resources, or a kustomize overlay')
    .argument('[names...]', 'only these Processes: NAME or NAMESPACE/NAME')
    .addOption(fnConfig())
    .addOption(source())
    .addOption(output())
    .addHelpText('after', outdatedHelp)
    .action((dir: string, names: string[], options) =>
      run(async () => (await import('./outdated.ts')).outdatedVerb(dir, names, options, terminal)),
    );

  program
    .command('render')
    .summary('write the manifests of Processes: in place, or to stdout')
    .description('Render the Processes of a folder in place, or of a file or stdin (-) to stdout.')
    .argument('<path>', 'a folder, a file, or - for stdin')
    .addOption(fnConfig())
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText(
      'after',
      '\nExamples:\n  ameide-process render deploy/processes\n  kustomize build base | ameide-process render - > rendered.yaml',
    )
    .action((path, options) => run(async () => (await import('./render.ts')).renderVerb(path, options, terminal)));

  addVerify(program, { run, output, fnConfig, terminal });
  addCanary(program, { run, output, terminal });
  addDrain(program, { run, output, terminal });

  program.commandsGroup('In a cluster:');
  addList(program, { run, terminal });
  addDescribe(program, { run, output, terminal });
  addRelease(program, { run, terminal });
  addSchedules(program, { run, terminal });

  program
    .command('sidecar')
    .summary('keep the status of live Processes true; runs in the cluster')
    .description('Keep the status of the live Processes true. Runs in the cluster; see deploy/.')
    .addOption(new Option('-n, --namespace <name>', 'watch this namespace; may be repeated').argParser(collect).default([], 'its own'))
    .option('-A, --all-namespaces', 'watch all namespaces')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, or the pod’s service account')
    .option('--host <address>', 'where /metrics, /healthz and /readyz listen', '0.0.0.0')
    .addOption(new Option('--port <number>', 'the port; 0: any free one').argParser(portNumber).default(8080))
    .option('--fn-config <file>', 'tell of newer versions at the definition source of this function configuration')
    .addOption(new Option('--source-interval <minutes>', 'how often it is asked').argParser(positiveInteger).default(10))
    .addOption(
      new Option('--temporal-rate <n>', 'questions a second, for each Temporal namespace; for all of them 250, or this where it is more')
        .argParser(positiveInteger)
        .default(200),
    )
    .option('--no-leader-election', 'this is the only replica')
    .option('--lease-name <name>', 'the Lease, in its own namespace', sidecarHome.lease)
    .addOption(new Option('--log-level <level>', 'the least that is logged').choices(logLevels).default('info'))
    .addHelpText(
      'after',
      '\nExamples:\n  ameide-process sidecar --namespace sales --namespace billing\n  KUBECONFIG=dev.yaml ameide-process sidecar -A --no-leader-election --host 127.0.0.1 --port 9090',
    )
    .action((options) =>
      run(async () => {
        const { sourceInterval, ...rest } = options;
        return (await import('./sidecar.ts')).sidecarVerb({ ...rest, sourceIntervalMs: sourceInterval * 60_000 }, terminal);
      }),
    );

  program.commandsGroup('For platforms and development:');
  addPrimitive(program, { run, terminal });

  program
    .command('serve-definitions')
    .summary('serve definitions as the Transformation service does')
    .description('Serve a folder of definitions as the Transformation service does. For development only.')
    .argument('<dir>', 'a folder <tenant>/<id>/<version>.json')
    .addOption(new Option('--port <number>', 'the port; 0: any free one').argParser(portNumber).default(0))
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--allow-remote', 'listen on an address that others can reach')
    .option('--token-env <name>', 'demand the bearer token in this environment variable')
    .addOption(new Option('--slow <ms>', 'answer so much later').argParser(positiveInteger))
    .option('--fail <status[:n]>', 'fail with this gRPC status; only the first n calls')
    .addOption(
      new Option('--mutate <id>', 'give other bytes for this id, under the same version; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .addHelpText('after', '\nExample:\n  ameide-process serve-definitions examples/definitions --port 7070 --fail UNAVAILABLE:2')
    .action((dir: string, options, command: Command) =>
      run(async () => {
        const { parseFailure, serveDefinitionsVerb } = await import('./serve-definitions.ts');
        const fail = options.fail === undefined ? undefined : parseFailure(options.fail);
        if (options.fail !== undefined && !fail)
          command.error(`error: --fail ${options.fail}: name a gRPC status such as UNAVAILABLE or UNAVAILABLE:3`);
        return serveDefinitionsVerb(dir, { ...options, fail }, terminal);
      }),
    );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return value;
}
