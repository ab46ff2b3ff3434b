import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answer, checkDefinition, checksumOf, definitionLimit } from '../../src/definition/check.ts';
import type { Reason } from '../../src/problem.ts';
import { asDefinition, asProblem } from './with-server.ts';

const test = suite('definition/check');
const text = '{ "steps": [ "größe", 1.0 ] }\r\n';

function answerWith(changes: Partial<Answer> = {}, content: string | Buffer = text): Answer {
  const bytes = Buffer.from(content as string);
  return { id: 'a', tenantId: 't', version: 7n, bytes, checksum: checksumOf(bytes), ...changes };
}

const check = (answer: Answer, version?: number) =>
  checkDefinition(answer, { id: 'a', tenantId: 't', ...(version !== undefined && { version }) }, 'the source');

test('keeps the bytes exactly', () => {
  assert.equal(check(answerWith(), 7), { id: 'a', tenantId: 't', version: 7, checksum: checksumOf(text), text });
});

test('the checksum is the well-known SHA-256, over UTF-8', () => {
  assert.is(checksumOf(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.is(checksumOf('ü'), checksumOf(Buffer.from([0xc3, 0xbc])));
});

test('takes the latest when no version was asked for', () => {
  assert.is(asDefinition(check(answerWith())).version, 7);
});

test('a claimed checksum may lack the prefix, be in capitals, or (for a folder) be absent', () => {
  const hex = checksumOf(text).slice('sha256:'.length);
  for (const checksum of [hex, hex.toUpperCase(), `SHA256:${hex}`, undefined]) {
    assert.is(asDefinition(check(answerWith({ checksum }))).checksum, `sha256:${hex}`);
  }
});

test('the highest version that a number carries exactly', () => {
  assert.is(asDefinition(check(answerWith({ version: 2n ** 53n - 1n }))).version, Number.MAX_SAFE_INTEGER);
});

test('a definition that just fits', () => {
  const fitting = `{"p":"${'x'.repeat(definitionLimit - 8)}"}`;
  assert.is(fitting.length, definitionLimit);
  assert.is(asDefinition(check(answerWith({}, fitting))).text.length, definitionLimit);
});

const refused: readonly [name: string, answer: Answer, reason: Reason, found: string, version?: number][] = [
  ['another id', answerWith({ id: 'b' }), 'SourceAnswerInvalid', 'id "b"'],
  ['another tenant', answerWith({ tenantId: 'u' }), 'SourceAnswerInvalid', 'tenant "u"'],
  ['another version', answerWith(), 'SourceAnswerInvalid', 'version 7', 6],
  ['version 0', answerWith({ version: 0n }), 'SourceAnswerInvalid', 'version 0'],
  ['a negative version', answerWith({ version: -1n }), 'SourceAnswerInvalid', 'version -1'],
  ['2^53', answerWith({ version: 2n ** 53n }), 'SourceAnswerInvalid', 'version 9007199254740992'],
  // Number(2n ** 53n + 1n) is 2^53, so a comparison of numbers would take the one for the other.
  ['2^53+1 where 2^53 was asked for', answerWith({ version: 2n ** 53n + 1n }), 'SourceAnswerInvalid', '9007199254740993', 2 ** 53],
  ['an empty checksum', answerWith({ checksum: '' }), 'SourceAnswerInvalid', 'without a checksum'],
  ['a checksum of other bytes', answerWith({ checksum: checksumOf('other') }), 'ChecksumMismatch', checksumOf('other')],
  ['a checksum that is none', answerWith({ checksum: 'md5:1' }), 'ChecksumMismatch', 'md5:1'],
  ['bytes that are not UTF-8', answerWith({}, Buffer.from([0x7b, 0xff, 0x7d])), 'DefinitionInvalid', 'not UTF-8'],
  ['a byte-order mark', answerWith({}, `\ufeff${text}`), 'DefinitionInvalid', 'byte-order mark'],
  ['no JSON', answerWith({}, '{"a":1,}'), 'DefinitionInvalid', 'not JSON'],
  ['nothing', answerWith({}, ''), 'DefinitionInvalid', 'not JSON'],
  ['an array', answerWith({}, '[{}]'), 'DefinitionInvalid', 'array'],
  ['null', answerWith({}, 'null'), 'DefinitionInvalid', 'null'],
  ['a string', answerWith({}, '"{}"'), 'DefinitionInvalid', 'string'],
  ['nesting without end', answerWith({}, '['.repeat(1_000_000)), 'DefinitionInvalid', 'not JSON'],
  ['one byte too many', answerWith({}, `{"p":"${'x'.repeat(definitionLimit - 7)}"}`), 'DefinitionTooLarge', '1032193'],
];

for (const [name, answer, reason, found, version] of refused) {
  test(`refuses ${name}`, () => {
    const { reason: actual, message } = asProblem(check(answer, version));
    assert.is(actual, reason);
    assert.ok(message.includes(found) && message.includes('the source'), message);
  });
}

test('too large gives both sizes', () => {
  const { message } = asProblem(check(answerWith({}, Buffer.alloc(2_000_000, ' '))));
  assert.ok(message.includes('2000000') && message.includes('1032192'), message);
});

test('a message stays bearable, whatever the source says', () => {
  const { message } = asProblem(check(answerWith({ id: 'x'.repeat(1_000_000) })));
  assert.ok(message.length < 400, message.length.toString());
});

test.run();
