/** What a verb says, and to whom: tables and colour where a person looks, JSON where a machine does, progress where it takes long. */
import process from 'node:process';
import { styleText } from 'node:util';
import { describe, type Problem, toResult } from '../problem.ts';
import type { Style } from '../show/paint.ts';
import { writeAll } from '../stdio.ts';
import { widthOf } from '../text-width.ts';

export interface Terminal {
  /** Result text, to stdout. */
  print(text: string): Promise<void>;
  /** A remark, to stderr. */
  remark(text: string): Promise<void>;
  /** Findings, one line each, to stderr. */
  report(findings: readonly Problem[]): Promise<void>;
  /** Replaces the progress line, where a person watches; '' clears it. */
  progress(text: string): void;
  style(style: Style, text: string): string;
  /** Columns of the terminal that stdout is; undefined: it is none. */
  width(): number | undefined;
  /** Text on stdout can be replaced in its place. */
  readonly isRedrawable: boolean;
}

export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const hasColour = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const isWatched = stderr.isTTY === true;
  const style = (name: Style, text: string) => (hasColour ? styleText(name, text, { validateStream: false }) : text);
  const progress = (text: string) => {
    // What is wider would wrap, and only its last row be replaced.
    if (isWatched) stderr.write(`\r\u001b[2K${[...text].slice(0, (stderr.columns || 80) - 1).join('')}`);
  };
  const colourOf = { error: 'red', warning: 'yellow', info: 'cyan' } as const;
  return {
    print: (text) => writeAll(1, `${text}\n`),
    remark: (text) => writeAll(2, `${text}\n`),
    report: async (findings) => {
      for (const found of findings) {
        const line = describe(found);
        const coloured =
          hasColour && isWatched
            ? styleText(colourOf[found.severity], found.severity, { validateStream: false }) + line.slice(found.severity.length)
            : line;
        await writeAll(2, `${coloured}\n`);
      }
    },
    progress,
    style,
    width: () => (stdout.isTTY === true ? stdout.columns || 80 : undefined),
    isRedrawable: stdout.isTTY === true && env.TERM !== 'dumb',
  };
}

/** Columns padded to their widest cell, headings in capitals; colour does not count as width. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, at) => Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[at] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell + ' '.repeat(widths[at]! - widthOf(cell))))
      .join('   ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}

/** Findings as the JSON that `-o json` prints. */
export function toJson(value: unknown, findings: readonly Problem[]): string {
  return JSON.stringify({ ...(value as object), findings: findings.map(toResult) }, undefined, 2);
}
