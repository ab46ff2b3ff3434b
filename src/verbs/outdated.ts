/** `outdated`: how far the pins are behind the source, as the package managers show it. */
import process from 'node:process';
import type { Definition } from '../definition/source.ts';
import { inFolder } from '../package/in-folder.ts';
import { repin } from '../pin.ts';
import { type Lookup, openLookups, requestFor } from '../pinning/look-up.ts';
import { readTargets, type TargetsRead } from '../pinning/read-targets.ts';
import { about, type Target } from '../pinning/target.ts';
import type { Problem } from '../problem.ts';
import { tellTried } from './held.ts';
import { fileOf, shown, tellOverlays } from './pin-report.ts';
import { type Terminal, table, toJson } from './terminal.ts';

export interface OutdatedOptions {
  readonly fnConfig?: string;
  readonly source?: string;
  readonly output: 'table' | 'json';
}

/** A Process whose pin is not the latest; versions that are not known are absent. */
interface Outdated {
  readonly target: Target;
  readonly wanted: number | undefined;
  readonly latest: number | undefined;
  /** The latest is what its canary tries. */
  readonly isTried: boolean;
}

export async function outdatedVerb(dir: string, names: readonly string[], options: OutdatedOptions, terminal: Terminal): Promise<number> {
  const read = await readTargets(dir, names, { fnConfig: options.fnConfig, env: process.env });
  if ('problems' in read) return tell(dir, undefined, { rows: [], tried: [], problems: read.problems }, options, terminal);
  const showProgress = (answered: number, begun: number) => terminal.progress(`Looking definitions up: ${answered} of ${begun}`);
  const lookups = await openLookups(read.configs, options.source, { cwd: process.cwd(), env: process.env }, showProgress);
  if ('problems' in lookups) return tell(dir, read, { rows: [], tried: [], problems: inFolder(dir, lookups.problems) }, options, terminal);
  try {
    const results = await Promise.all(read.targets.map((target) => compare(target, lookups.lookupFor(target)!)));
    const rows = results.flatMap(({ row }) => (isOutdated(row) ? [row] : []));
    const tried = results.flatMap(({ row }) => (row.isTried && !isOutdated(row) ? [row] : []));
    const problems = inFolder(
      dir,
      results.flatMap(({ target, found }) => found.map((one) => about(target, one))),
    );
    terminal.progress('');
    return await tell(dir, read, { rows, tried, problems }, options, terminal);
  } finally {
    lookups.close();
  }
}

async function compare(target: Target, lookup: Lookup): Promise<{ target: Target; row: Outdated; found: Problem[] }> {
  const { spec } = target.process;
  const [wanted, latest] = await Promise.all([
    lookup.read(requestFor(target.process, { track: 'stable', version: undefined })),
    lookup.read(requestFor(target.process, { track: 'stable', version: 'latest' })),
  ]);
  const judge = (answer: Definition | Problem, isAskedFor?: boolean) => ('reason' in answer ? answer : repin(spec, answer, isAskedFor));
  const pinned = judge(wanted);
  const newest = wanted === latest ? pinned : judge(latest, false);
  const found = [...new Set([pinned, newest])].filter((judged) => 'reason' in judged);
  const versionOf = (answer: Definition | Problem) => ('text' in answer ? answer.version : undefined);
  const row = {
    target,
    wanted: 'tried' in pinned ? pinned.pin.version : versionOf(wanted),
    latest: versionOf(latest),
    isTried: 'tried' in newest,
  };
  return { target, found, row };
}

/** A version that a canary tries is on its way already. */
function isOutdated({ target, wanted, latest, isTried }: Outdated): boolean {
  const { id, pin } = target.process.spec.definitionRef;
  if (!pin || pin.id !== id) return true;
  return (wanted !== undefined && wanted !== pin.version) || (latest !== undefined && latest !== pin.version && !isTried);
}

async function tell(
  dir: string,
  read: TargetsRead | undefined,
  { rows, tried, problems }: { rows: readonly Outdated[]; tried: readonly Outdated[]; problems: readonly Problem[] },
  { output }: OutdatedOptions,
  terminal: Terminal,
): Promise<number> {
  const exitCode = rows.length > 0 || problems.length > 0 ? 1 : 0;
  await terminal.report(problems);
  if (output === 'json') {
    await terminal.print(toJson({ outdated: rows.map(asJson), overlays: read?.overlays ?? [] }, problems));
    return exitCode;
  }
  if (rows.length > 0) {
    await terminal.print(
      table(
        ['PROCESS', 'CURRENT', 'WANTED', 'LATEST', 'FILE'],
        rows.map((row) => cells(dir, row, terminal)),
      ),
    );
  }
  if (exitCode === 0) await terminal.print(`${dir}: every pin is the latest${tried.length > 0 ? ', or the canary tries it' : ''}`);
  await tellTried(
    tried.map(({ target, latest }) => ({ target, version: latest!, file: fileOf(dir, target) })),
    terminal,
  );
  if (read) await tellOverlays(dir, read.overlays, 'outdated', terminal);
  return exitCode;
}

/** Red: `pin` would change it. Yellow: it is held back by the version that it wants. */
function cells(dir: string, { target, wanted, latest }: Outdated, terminal: Terminal): string[] {
  const { metadata, spec } = target.process;
  const { id, pin } = spec.definitionRef;
  const name = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  const current = pin ? (pin.id === id ? `${pin.version}` : `${pin.id} ${pin.version}`) : 'none';
  const isBehind = !pin || pin.id !== id || pin.version !== wanted;
  return [
    terminal.style(isBehind ? 'red' : 'yellow', name),
    current,
    terminal.style('green', `${wanted ?? '?'}`),
    terminal.style('cyan', `${latest ?? '?'}`),
    shown(dir, target.path),
  ];
}

function asJson({ target, wanted, latest }: Outdated): object {
  const { metadata, spec } = target.process;
  return {
    name: metadata.name,
    ...(metadata.namespace && { namespace: metadata.namespace }),
    file: target.path,
    definition: spec.definitionRef.id,
    current: spec.definitionRef.pin?.version ?? null,
    wanted: wanted ?? null,
    latest: latest ?? null,
  };
}
