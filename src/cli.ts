#!/usr/bin/env node
/** The entry point: with no arguments and something piped in, the KRM function; else a verb. */

import process from 'node:process';
import { openConfiguredSource } from './definition/open-configured-source.ts';
import { runFunction } from './function.ts';
import { frozenVariable } from './names.ts';
import { describe } from './problem.ts';
import { isTerminal, readStdin, writeAll } from './stdio.ts';

const stdin = 0;
const stdout = 1;
const stderr = 2;

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 && !(await isTerminal(stdin))) return runAsFunction();
  const { runVerb } = await import('./verbs/run-verb.ts');
  return runVerb(args);
}

async function runAsFunction(): Promise<number> {
  const frozen = process.env[frozenVariable] === '1';
  const { output, findings, exitCode } = await runFunction(await readStdin(), frozen, (config, packageDir) =>
    openConfiguredSource(config, packageDir ?? process.cwd(), process.env),
  );
  if (findings.length > 0) await writeAll(stderr, `${findings.map(describe).join('\n')}\n`);
  if (output !== undefined) await writeAll(stdout, output);
  return exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  async (error: unknown) => {
    process.exitCode = 2;
    const isClosed = (error as NodeJS.ErrnoException)?.code === 'EPIPE';
    const text = isClosed
      ? 'ameide-process: the reader closed the output before all of it was written'
      : ((error as Error)?.stack ?? String(error));
    await writeAll(stderr, `${text}\n`).catch(() => {});
  },
);
