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

/** A stack trace only for what is our own fault. */
function wordsFor(error: unknown): string {
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE') return 'ameide-process: the reader closed the output before all of it was written';
  if (code !== undefined && syscall !== undefined) return `ameide-process: ${message}`;
  return stack ?? String(error);
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  async (error: unknown) => {
    process.exitCode = 2;
    await writeAll(stderr, `${wordsFor(error)}\n`).catch(() => {});
  },
);
