import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { feedLines, feedList } from '../../src/kube/json-pieces.ts';
import type { Resource } from '../../src/resource.ts';

const pieces = suite('pieces of JSON');

/** Cuts the bytes at the given places, also within a character. */
function chunks(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue() as fc.Arbitrary<unknown>);
const cuts = fc.array(fc.nat(), { maxLength: 20 });

function readList(text: string, at: readonly number[]): { items: Resource[]; list: Resource } {
  const items: Resource[] = [];
  const { feed, end } = feedList((item) => items.push(item));
  for (const chunk of chunks(text, at)) feed(chunk);
  return { items, list: end() };
}

pieces('a list is the same however it is cut into chunks, whatever its items hold', () => {
  fc.assert(
    fc.property(fc.array(object), cuts, fc.constantFrom(0, 1), (items, at, indent) => {
      const metadata = { resourceVersion: '7', continue: 'a"[{' };
      const text = JSON.stringify({ kind: 'PodList', metadata, items, apiVersion: 'v1' }, null, indent);
      const found = readList(text, at);
      assert.equal(found.items, JSON.parse(JSON.stringify(items)));
      assert.equal(found.list, { kind: 'PodList', metadata, items: [], apiVersion: 'v1' });
    }),
  );
});

pieces('a list is the same when it is cut within its quotes and backslashes', () => {
  const text = JSON.stringify({ items: [{ '"': '\\' }, { '\\"': '\\\\"}]{[' }, { a: '"\\'.repeat(5) }] });
  for (let cut = 0; cut <= text.length; cut++) {
    for (const cuts of [[cut], [cut, cut + 1], [cut, cut + 1, cut + 2]]) assert.equal(readList(text, cuts).items, JSON.parse(text).items);
  }
});

pieces('a list may have no items, or null', () => {
  assert.equal(readList('{"metadata":{},"items":null}', []), { items: [], list: { metadata: {}, items: null } });
  assert.equal(readList('{"items":[],"metadata":{"resourceVersion":"1"}}', [3]).list, { items: [], metadata: { resourceVersion: '1' } });
});

pieces('a list that is cut off is no list', () => {
  assert.throws(() => readList('{"items":[{"a":1},{"b":', []));
  assert.throws(() => readList('{"items":[{"a":1}]', []));
  assert.throws(() => readList('', []));
  assert.throws(() => readList('Internal Server Error', []));
});

pieces('lines are the same however they are cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(object), cuts, (objects, at) => {
      const found: Resource[] = [];
      const feed = feedLines((line) => found.push(line));
      for (const chunk of chunks(objects.map((line) => `${JSON.stringify(line)}\n`).join(''), at)) feed(chunk);
      assert.equal(found, JSON.parse(JSON.stringify(objects)));
    }),
  );
});

pieces('a line that is no object is told of', () => {
  const feed = feedLines(() => {});
  assert.throws(() => feed(Buffer.from('null\n')), /expected a JSON object/);
});

pieces.run();
