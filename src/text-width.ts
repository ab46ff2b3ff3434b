/** How many columns of a terminal a text takes, and texts that take no more than there are. Pure. Colours (SGR) take none. */
import { stripVTControlCharacters } from 'node:util';

/** East Asian wide characters and emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
/** What joins the character before it. */
const joining = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const colour = /(\u001b\[[0-9;]*m)/;

export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].reduce((sum, character) => sum + widthOfOne(character), 0);
}

function widthOfOne(character: string): number {
  if (joining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** One line, cut to so many columns; what was cut shows as `…`. Its colours stay whole. */
export function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let left = columns - 1;
  let isFull = columns < 1;
  const pieces = line.split(colour).map((piece, at) => {
    if (at % 2 === 1 || isFull) return at % 2 === 1 ? piece : '';
    let kept = '';
    for (const character of piece) {
      left -= widthOfOne(character);
      if (left < 0) {
        isFull = true;
        return `${kept}…`;
      }
      kept += character;
    }
    return kept;
  });
  return pieces.join('');
}

/** Lines of at most so many columns, broken between words; a word that is longer is broken itself. Undefined: one line. */
export function wrap(text: string, columns: number | undefined): string[] {
  if (columns === undefined || widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => broken(one, Math.max(columns, 1)))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function broken(word: string, columns: number): string[] {
  if (widthOf(word) <= columns) return [word];
  const parts: string[] = [''];
  let width = 0;
  for (const character of word) {
    width += widthOfOne(character);
    if (width > columns && parts.at(-1) !== '') {
      parts.push('');
      width = widthOfOne(character);
    }
    parts[parts.length - 1] += character;
  }
  return parts;
}
