/** `pin`: asks for definitions and writes the pins and the bytes into Git's working tree. All of it, or nothing. */
import process from 'node:process';
import { inFolder } from '../package/in-folder.ts';
import type { FileChange } from '../package/package.ts';
import { writeFiles } from '../package/write-files.ts';
import { unwritable, writeConfirmed } from '../pinning/confirm-overlay.ts';
import { decidePins, type Wish } from '../pinning/decide-pins.ts';
import { openLookups } from '../pinning/look-up.ts';
import { planPins } from '../pinning/plan-pins.ts';
import { readTargets, type TargetsRead } from '../pinning/read-targets.ts';
import type { Asked, Decided, WantedVersion } from '../pinning/target.ts';
import type { Problem } from '../problem.ts';
import { tellPinned } from './pin-report.ts';
import { type Terminal, toJson } from './terminal.ts';

export interface PinOptions {
  readonly version?: WantedVersion;
  readonly canary?: boolean;
  readonly drop: readonly string[];
  readonly fnConfig?: string;
  readonly source?: string;
  readonly dryRun?: boolean;
  readonly output: 'table' | 'json';
}

export async function pinVerb(dir: string, names: readonly string[], options: PinOptions, terminal: Terminal): Promise<number> {
  const read = await readTargets(dir, names, { fnConfig: options.fnConfig, env: process.env });
  if ('problems' in read) return refuse(read.problems, options, terminal);
  const usage = refuseMany(read, names, options);
  if (usage) {
    await terminal.remark(usage);
    return 2;
  }
  const { decided, problems } = await decideAll(read, options, terminal);
  if (problems.length > 0) return refuse(problems, options, terminal);
  const { changes, problems: refused } = planPins(read, decided, askedBy(options));
  if (refused.length > 0) return refuse(inFolder(dir, refused), options, terminal);
  const unconfirmed = await write(dir, { read, decided, changes }, options);
  if (unconfirmed.length > 0) return refuse(unconfirmed, options, terminal);
  await tellPinned({ dir, read, decided, changes: distinct(changes), asked: askedBy(options) }, options, terminal);
  return 0;
}

function askedBy({ canary, version }: PinOptions): Asked {
  return { track: canary ? 'canary' : 'stable', version };
}

/** Of an overlay only a build tells whether the pins come out. */
async function write(
  dir: string,
  { read, decided, changes }: { read: TargetsRead; decided: readonly Decided[]; changes: readonly FileChange[] },
  { dryRun, fnConfig }: PinOptions,
): Promise<readonly Problem[]> {
  if (dryRun || changes.length === 0) return [];
  if (read.isOverlay) return writeConfirmed(dir, changes, decided, { fnConfig, env: process.env });
  return unwritable(dir, writeFiles(dir, changes));
}

async function refuse(findings: readonly Problem[], { output }: PinOptions, terminal: Terminal): Promise<number> {
  await terminal.report(findings);
  if (output === 'json') await terminal.print(toJson({ processes: [], files: [] }, findings));
  return 1;
}

/** One version for whatever Processes a folder holds is hardly ever meant. */
function refuseMany({ targets, known }: TargetsRead, names: readonly string[], { version, canary, drop }: PinOptions): string | undefined {
  if (names.length > 0 || targets.length < 2 || (version === undefined && !canary && drop.length === 0)) return;
  const option = canary ? '--canary' : version === undefined ? '--drop' : '--version';
  return `error: ${option} needs the names of the Processes when there are several: ${known.join(', ')}\n(run with --help for usage)`;
}

async function decideAll(
  read: TargetsRead,
  options: PinOptions,
  terminal: Terminal,
): Promise<{ decided: Decided[]; problems: readonly Problem[] }> {
  const isAsked = options.version !== undefined || options.canary === true || options.drop.length === 0;
  const wish: Wish = { asked: askedBy(options), drop: options.drop, isAsked };
  if (!wish.isAsked) {
    const { decided, problems } = await decidePins(read.targets, wish, () => undefined);
    return { decided, problems: inFolder(read.dir, problems) };
  }
  const showProgress = (answered: number, begun: number) => terminal.progress(`Looking definitions up: ${answered} of ${begun}`);
  const lookups = await openLookups(read.configs, options.source, { cwd: process.cwd(), env: process.env }, showProgress);
  if ('problems' in lookups) return { decided: [], problems: inFolder(read.dir, lookups.problems) };
  try {
    const { decided, problems } = await decidePins(read.targets, wish, lookups.lookupFor);
    return { decided, problems: inFolder(read.dir, problems) };
  } finally {
    terminal.progress('');
    lookups.close();
  }
}

/** Each file once. */
function distinct(changes: readonly FileChange[]): FileChange[] {
  return [...new Map(changes.map((change) => [change.path, change])).values()];
}
