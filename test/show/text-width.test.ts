/** Widths in a terminal: cutting and wrapping, with colours and wide characters; frames that draw over what is there. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { columns } from '../../src/show/columns.ts';
import { cut, widthOf, wrap } from '../../src/text-width.ts';
import { frameOf } from '../../src/verbs/screen.ts';

const test = suite('text-width');
const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

test('wide characters take two columns, colours and joining marks none', () => {
  assert.is(widthOf('abc'), 3);
  assert.is(widthOf(red('abc')), 3);
  assert.is(widthOf('注文'), 4);
  assert.is(widthOf('e\u0301'), 1);
  assert.is(widthOf('🚀'), 2);
});

test('a cut line is never wider, and its colours end', () => {
  assert.is(cut('abcdef', 6), 'abcdef');
  assert.is(cut('abcdef', 4), 'abc…');
  assert.is(cut(`a${red('bcdef')}g`, 4), `a${red('bc…')}`);
  assert.is(cut('注文注文', 4), '注…');
  for (const width of [0, 1, 2, 3, 7]) assert.ok(widthOf(cut(`x${red('注文 abc')}z`, width)) <= Math.max(width, 0), String(width));
});

test('lines break between words; a word that is too long is broken', () => {
  assert.equal(wrap('one two three', undefined), ['one two three']);
  assert.equal(wrap('one two three', 7), ['one two', 'three']);
  assert.equal(wrap('a verylongword b', 6), ['a', 'verylo', 'ngword', 'b']);
});

test('the last column wraps where there is room for it, and else goes below', () => {
  const rows = [
    ['POD', 'MESSAGE'],
    ['l2o-a', 'it was restarted and does not answer any more at all'],
  ];
  assert.equal(columns(rows, 44), ['POD     MESSAGE', 'l2o-a   it was restarted and does not answer', '        any more at all']);
  assert.equal(columns(rows, 30), ['POD     MESSAGE', 'l2o-a', '    it was restarted and does', '    not answer any more at all']);
});

test('a frame replaces line by line, cuts what is too wide, and counts what does not fit', () => {
  const [begin, end] = ['\u001b[?2026h\u001b[H', '\u001b[?2026l'];
  const body = (text: string) => text.slice(begin.length, -end.length);
  assert.is(body(frameOf(['ab', 'abcdef'], { columns: 4, rows: 5 })), 'ab\u001b[K\r\nabc…\u001b[J');
  const full = body(frameOf(['1', '2', '3', '4'], { columns: 60, rows: 3 }));
  assert.is(full, '1\u001b[K\r\n2\u001b[K\r\n… 2 more lines: make the terminal higher\u001b[K');
});

test.run();
