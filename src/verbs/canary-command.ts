/** The options and the help of `promote` and `abort`. */
import type { Command } from 'commander';
import type { Shared } from './drain-command.ts';

const promoteHelp = `
The canary's image and definition become the stable ones; the stable definition is retained, because running workflows replay it.
Comments and the rest of the file stay as they are. Render and commit afterwards.

Examples:
  ameide-process promote processes/l2o.yaml
  ameide-process promote processes/l2o.yaml --dry-run`;

const abortHelp = `
The canary is removed. A definition that it alone had is retained, because workflows that it began replay it. Comments and the rest
of the file stay as they are. Render and commit afterwards.

Example:
  ameide-process abort processes/l2o.yaml`;

export function addCanary(program: Command, { run, output, terminal }: Shared): void {
  program
    .command('promote')
    .summary('make the canary the stable workers, in the files')
    .description('Make the canary of Processes the stable one, in their files, in place.')
    .argument('<files...>', 'files with Process resources')
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText('after', promoteHelp)
    .action((files: string[], options) => run(async () => (await import('./canary.ts')).promoteVerb(files, options, terminal)));
  program
    .command('abort')
    .summary('remove the canary from the files')
    .description('Remove the canary of Processes from their files, in place.')
    .argument('<files...>', 'files with Process resources')
    .option('--dry-run', 'change nothing; say what would change')
    .addOption(output())
    .addHelpText('after', abortHelp)
    .action((files: string[], options) => run(async () => (await import('./canary.ts')).abortVerb(files, options, terminal)));
}
