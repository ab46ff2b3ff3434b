import fc from 'fast-check';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { writeString, writeYaml } from '../../src/yaml/write.ts';
import { type Json, nastyStrings } from './random-yaml.ts';

const test = suite('writing YAML');

/** What the parsers in the field make of a text: YAML 1.1 and 1.2, two implementations. (go-yaml is asked in render/properties.) */
const parsers: readonly [string, (text: string) => unknown][] = [
  ['js-yaml', (text) => load(text)],
  ['js-yaml as Kubernetes reads it', (text) => load(text, { schema })],
  ['yaml 1.2', (text) => parse(text, { version: '1.2' })],
  ['yaml 1.1', (text) => parse(text, { version: '1.1' })],
];

function assertReadBack(value: Json, text: string): void {
  for (const [name, read] of parsers) assert.equal(read(text), value, `${name} reads ${JSON.stringify(text)} differently`);
}

for (const text of nastyStrings) {
  test(`reads back ${JSON.stringify(text.slice(0, 30))}`, () => {
    assertReadBack(text, writeString(text));
    assertReadBack({ [text]: text, list: [text, { inner: text }] }, writeYaml({ [text]: text, list: [text, { inner: text }] }));
  });
}

const anyString = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(...nastyStrings),
  fc.array(fc.constantFrom(...nastyStrings), { minLength: 1, maxLength: 4 }).map((words) => words.join('')),
  fc.array(fc.constantFrom('a', ' ', '\t', '\n', '#', ':', '-', '  b', "'"), { maxLength: 12 }).map((parts) => parts.join('')),
);

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 4, arbitrary: anyString as fc.Arbitrary<Json> },
    fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0) && Math.abs(number) < 2 ** 53),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      anyString.filter((key) => key !== '__proto__' && key !== '<<'),
      tie('json'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

test('any string, on a line of its own', () => {
  fc.assert(
    fc.property(anyString, (text) => assertReadBack(text, writeString(text))),
    { numRuns: 2000 },
  );
});

test('any value', () => {
  fc.assert(
    fc.property(json, (value) => assertReadBack({ root: value }, writeYaml({ root: value }))),
    { numRuns: 1000 },
  );
});

test('any value, indented below a key', () => {
  const property = fc.property(json, (value) => {
    const filled = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    fc.pre(filled);
    assertReadBack({ key: value }, `key:\n  ${writeYaml(value, '  ')}\n`);
  });
  fc.assert(property, { numRuns: 500 });
});

test('every line is one line: no carriage return, and no other break', () => {
  fc.assert(
    fc.property(json, (value) => assert.not.match(writeYaml(value), /[\r\u0085\u2028\u2029]/)),
    { numRuns: 500 },
  );
});

test.run();
