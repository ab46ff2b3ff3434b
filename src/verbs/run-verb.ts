/** The verbs and their options. Each is a file beside this one; usage errors exit 2, findings exit 1. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { openTerminal } from './terminal.ts';

const intro = `ameide-process turns Process resources into pinned, reviewable manifests for Temporal workers.

With no arguments and a ResourceList piped in it is a KRM function, for
\`kustomize build --enable-alpha-plugins --enable-exec\` and \`kpt fn render --allow-exec\`.`;

/** Runs a verb; gives the exit status: 0 done, 1 findings, 2 wrong usage. */
export async function runVerb(args: readonly string[]): Promise<number> {
  const terminal = openTerminal();
  let exitCode = 0;
  const run = (action: () => Promise<number>) => async () => {
    exitCode = await action();
  };
  const program = new Command('ameide-process').description(intro).exitOverride().showHelpAfterError('(run with --help for usage)');
  const output = () => new Option('-o, --output <format>', 'how the result is printed').choices(['table', 'json']).default('table');
  const fnConfig = () =>
    new Option('--fn-config <file>', 'the function configuration (default: the ProcessRender in DIR, if there is one)');

  program
    .command('render')
    .description('Render the Processes of a folder in place, or of a file or stdin (-) to stdout.')
    .argument('<path>', 'a folder, a file, or - for stdin')
    .addOption(fnConfig())
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText(
      'after',
      '\nExamples:\n  ameide-process render deploy/processes\n  kustomize build base | ameide-process render - > rendered.yaml',
    )
    .action((path, options, command) =>
      run(async () => (await import('./render.ts')).renderVerb(path, options, terminal))().then(() => command),
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
