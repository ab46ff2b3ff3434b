/** Text that changes in its place on a terminal: on the alternate screen, so that what stood there before comes back. */
import process from 'node:process';
import { cut, widthOf } from '../text-width.ts';

export interface Screen {
  /** Replaces what is shown. */
  show(lines: readonly string[]): void;
  /** What stood there before is back. */
  close(): void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
/** Terminals that know it show the frame when it is whole; the others pass it over. */
const [beginFrame, endFrame] = ['\u001b[?2026h', '\u001b[?2026l'];
const [home, restOfLine, restOfScreen] = ['\u001b[H', '\u001b[K', '\u001b[J'];

/** `onResize`: what is shown is to be made anew, for it was made for another width. */
export function openScreen(onResize: () => void): Screen {
  const { stdout } = process;
  const write = (text: string) => void stdout.write(text);
  // A crash, too, leaves the terminal as it was.
  const restore = () => write(leave);
  write(enter);
  process.once('exit', restore);
  stdout.on('resize', onResize);
  return {
    show: (lines) => write(frameOf(lines, { columns: stdout.columns || 80, rows: stdout.rows || 24 })),
    close: () => {
      stdout.off('resize', onResize);
      process.off('exit', restore);
      restore();
    },
  };
}

/** One text that draws over what is there, so that nothing flickers. What does not fit is counted. */
export function frameOf(lines: readonly string[], { columns, rows }: Size): string {
  const shown =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines: make the terminal higher`];
  const drawn = shown.map((line) => {
    const text = cut(line, columns);
    // After the last column the rest of the line would be that column.
    return widthOf(text) < columns ? text + restOfLine : text;
  });
  return `${beginFrame}${home}${drawn.join('\r\n')}${shown.length < rows ? restOfScreen : ''}${endFrame}`;
}
