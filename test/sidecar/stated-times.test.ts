/** The detection times of the README are those of docs/status.md, which the live tests hold the sidecar to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../testbed/parts.ts';
import { stated } from './stated-times.ts';

const test = suite('stated times');
const readme = readFileSync(join(root, 'README.md'), 'utf8').replace(/\s+/g, ' ');

for (const [fault, words] of [
  ['a worker stops polling while its pod stays ready', /stopped polling while its pod stays ready shows within (\d+) s/],
  ['a worker is frozen, so that its connection stays open', /one that is frozen within (\d+) s/],
  ['one of several workers stops polling while its pod stays ready', /one of several within (\d+) s/],
  ['Temporal does not answer', /Temporal that is silent within (\d+) s/],
] as const) {
  test(fault, () => assert.is(Number(words.exec(readme)?.[1]) * 1_000, stated(fault)));
}

test('a fault that is not in the table has no time', () => assert.throws(() => stated('a flood'), 'states no time for "a flood"'));

test.run();
