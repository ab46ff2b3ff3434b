import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../src/sha256.ts';

const test = suite('sha256');
const nodes = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

test('of every length around the block boundaries is what node:crypto gives', () => {
  for (let length = 0; length <= 260; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 151 + length) & 0xff);
    assert.is(sha256(bytes), nodes(bytes), `${length} bytes`);
  }
});

test('of any text is over its UTF-8 bytes, also where a surrogate stands alone', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => sha256(text) === nodes(text)));
  for (const text of ['', 'ü', '\ud800', 'x\u{1f600}'.repeat(50)]) assert.is(sha256(text), nodes(text));
});

test('of a megabyte, and of a part of a larger buffer', () => {
  const large = Buffer.alloc(1_048_577, 'definition');
  assert.is(sha256(large), nodes(large));
  assert.is(sha256(large.subarray(3, 99_999)), nodes(large.subarray(3, 99_999)));
});

test.run();
