import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countRestarts } from './back-off.ts';
import { expand } from './expand.ts';
import { findImage, nodeImage } from './images.ts';

const test = suite('small rules of the kubelet');

/** As the table of Kubernetes' own expansion tests has it. */
const expansions: Record<string, string> = {
  '$(A)': 'one',
  '$(A)-$(A)': 'one-one',
  '$$(A)': '$(A)',
  '$$$(A)': '$one',
  '$$$$(A)': '$$(A)',
  '$(NOWHERE)': '$(NOWHERE)',
  '$(toString)': '$(toString)',
  '$A $': '$A $',
  '$(A': '$(A',
  'a $( b': 'a $( b',
  '$()': '$()',
};

for (const [text, expected] of Object.entries(expansions)) {
  test(`${text} is ${expected}`, () => assert.is(expand(text, { A: 'one' }), expected));
}

test('the first restart comes at once, the next ones ever later, and a long good run is a new beginning', () => {
  const restarts = countRestarts({ firstMs: 1000, longestMs: 3000 });
  assert.equal(
    [1, 1, 1, 1, 1].map((ranMs) => restarts.next(ranMs)),
    [0, 1000, 2000, 3000, 3000],
  );
  assert.equal(
    [6000, 1].map((ranMs) => restarts.next(ranMs)),
    [0, 1000],
  );
});

test('an image is known by its repository, or by the last word of it', () => {
  const [one, other] = [nodeImage('one.js'), nodeImage('other.js')];
  const images = new Map([
    ['worker', one],
    ['example.org:5000/team/worker', other],
  ]);
  for (const reference of ['worker', 'worker:1', 'example.org/worker:1@sha256:0', 'a/b/worker'])
    assert.is(findImage(images, reference), one);
  for (const tag of ['', ':1', '@sha256:0', ':1@sha256:0']) assert.is(findImage(images, `example.org:5000/team/worker${tag}`), other);
  assert.is(findImage(images, 'example.org/no-worker:1'), undefined);
});

test.run();
