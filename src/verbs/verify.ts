/** `verify`: whether what is about to be applied, or what is in Git, is whole. It changes nothing. */
import { readFileSync, statSync } from 'node:fs';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { readStdin } from '../stdio.ts';
import { checkRendered } from '../verify/rendered.ts';
import { findingsIn, hasPassed, type Report, summaryOf, tableOf, toReportJson } from '../verify/report.ts';
import { parseStream } from '../verify/stream.ts';
import { type Terminal, table } from './terminal.ts';

export interface VerifyOutput {
  readonly output: 'table' | 'json';
}

export interface VerifyRenderedOptions extends VerifyOutput {
  /** A stream without any Process fails. */
  readonly requireProcess?: boolean;
}

/** Verifies a rendered stream: a file, or `-` for stdin. */
export async function verifyRenderedVerb(path: string, options: VerifyRenderedOptions, terminal: Terminal): Promise<number> {
  const read = await readItems(path);
  if ('problem' in read) return tell({ mode: 'rendered', outcomes: [], remarks: [read.problem] }, options, terminal);
  const outcomes = checkRendered(read.items);
  const remarks = read.items.some(isProcessKind) ? [] : [noProcess(path, options)];
  return tell({ mode: 'rendered', outcomes, remarks }, options, terminal);
}

function noProcess(path: string, { requireProcess = false }: VerifyRenderedOptions): Problem {
  const found = problem('PackageInvalid', 'holds no Process; is it the right stream?', { file: { path: nameOf(path) } });
  return requireProcess ? found : { ...found, severity: 'info' };
}

function nameOf(path: string): string {
  return path === '-' ? 'stdin' : path;
}

async function readItems(path: string): Promise<ReturnType<typeof parseStream>> {
  const file = { path: nameOf(path) };
  if (path !== '-' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return { problem: problem('PackageInvalid', `is a folder; verify it with \`ameide-process verify ${path}\``, { file }) };
  }
  try {
    const read = parseStream(path === '-' ? await readStdin() : readFileSync(path));
    return 'problem' in read ? { problem: { ...read.problem, file } } : read;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: problem('PackageInvalid', code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${message}`, { file }) };
  }
}

export async function tell(report: Report, { output }: VerifyOutput, terminal: Terminal): Promise<number> {
  const findings = findingsIn(report);
  const exitCode = hasPassed(report) ? 0 : 1;
  if (output === 'json') {
    await terminal.print(JSON.stringify(toReportJson(report), undefined, 2));
  } else {
    const { headings, rows } = tableOf(report);
    if (rows.length > 0)
      await terminal.print(
        table(
          headings,
          rows.map((row) => row.map((cell) => colour(cell, terminal))),
        ),
      );
    await terminal.print(summaryOf(report));
  }
  await terminal.report(findings);
  return exitCode;
}

export function colour(cell: string, terminal: Terminal): string {
  if (cell === 'PASS') return terminal.style('green', cell);
  return cell === 'FAIL' ? terminal.style('red', cell) : cell;
}
