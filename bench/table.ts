/** The result as a table. */

export interface Row {
  readonly figure: string;
  readonly ours: string;
  readonly yardstick: string;
  /** What is held against the target; not always a ratio of the two. */
  readonly ratio: string;
  readonly target: string;
  /** Undefined for a row that only explains another. */
  readonly passed: boolean | undefined;
}

const columns = ['figure', 'ours', 'yardstick', 'ratio', 'target'] as const;

export function tableOf(rows: readonly Row[]): string {
  const header = { figure: 'Figure', ours: 'Ours', yardstick: 'Yardstick', ratio: 'Ratio', target: 'Target' };
  const widths = columns.map((column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  const line = (row: Record<(typeof columns)[number], string>, verdict: string) =>
    `${columns.map((column, at) => (at === 0 ? row[column].padEnd(widths[at]!) : row[column].padStart(widths[at]!))).join('  ')}  ${verdict}`;
  const rule = `${widths.map((width) => '-'.repeat(width)).join('  ')}  ----`;
  return [line(header, ''), rule, ...rows.map((row) => line(row, verdictOf(row)))].map((text) => text.trimEnd()).join('\n');
}

function verdictOf({ passed }: Row): string {
  return passed === undefined ? '' : passed ? 'pass' : 'FAIL';
}

export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${value.toFixed(value < 100 ? 1 : 0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

export function megabytes(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} MB`;
}
