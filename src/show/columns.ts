/** Tables in a terminal: columns as wide as their widest cell, the last one wrapped where it would not fit. Pure. */
import { widthOf, wrap } from '../text-width.ts';

const gap = '   ';
/** A last column that would be narrower goes below its row. */
const narrowest = 30;

/** Lines. `width`: how many columns there are; undefined: as many as it takes. Colour does not count. */
export function columns(rows: readonly (readonly string[])[], width?: number): string[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: Math.max(count - 1, 0) }, (_, at) => Math.max(0, ...rows.map((row) => widthOf(row[at] ?? ''))));
  const start = widths.reduce((sum, one) => sum + one + gap.length, 0);
  const room = width === undefined ? undefined : width - start;
  return rows.flatMap((row) => {
    const before = widths.map((one, at) => (row[at] ?? '') + ' '.repeat(one - widthOf(row[at] ?? '')) + gap).join('');
    const last = row[count - 1] ?? '';
    if (room === undefined || widthOf(last) <= room) return [`${before}${last}`.trimEnd()];
    if (room >= narrowest) return wrap(last, room).map((line, at) => (at === 0 ? before : ' '.repeat(start)) + line);
    return [before.trimEnd(), ...wrap(last, Math.max(width! - 4, 10)).map((line) => `    ${line}`)];
  });
}
