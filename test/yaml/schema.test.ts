import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';

const test = suite('scalars as the API server reads them');

/** What sigs.k8s.io/yaml makes of them. */
const read: readonly (readonly [string, unknown])[] = [
  ['0644', 420],
  ['0o17', 15],
  ['0x1F', 31],
  ['-0b11', -3],
  ['1_000', 1000],
  ['08', 8],
  ['1e3', 1000],
  ['.5', 0.5],
  ['1.', 1],
  ['.inf', Number.POSITIVE_INFINITY],
  ['9007199254740993', 9007199254740993n],
  ['99999999999999999999', 1e20],
  ['65e1200274', '65e1200274'],
  ['1e400', '1e400'],
  ['-2e999999', '-2e999999'],
  ['1e-999', 0],
  ['e12', 'e12'],
  ['yes', true],
  ['Off', false],
  ['y', true],
  ['yEs', 'yEs'],
  ['~', null],
  ['12:30:45', '12:30:45'],
  ['2024-01-01', '2024-01-01'],
  ['!!str 0644', '0644'],
  ['"0644"', '0644'],
];

for (const [text, value] of read) test(text, () => assert.equal(load(`a: ${text}`, { schema }), { a: value }));

test.run();
