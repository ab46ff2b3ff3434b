import fc from 'fast-check';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { applySplices, type Edit, planEdit } from '../../src/yaml/edit.ts';
import { nodeAt } from '../../src/yaml/nodes.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { type Json, nastyStrings, type RandomYaml, randomYaml } from './random-yaml.ts';

const test = suite('edits of YAML text');
const runs = { numRuns: 400 };

function edited(source: string, ...edits: readonly Edit[]): string {
  return edits.reduce((text, edit) => {
    const parsed = parseYaml(text);
    if ('reason' in parsed) throw new Error(`${parsed.message}:\n${text}`);
    return applySplices(text, planEdit(text, nodeAt(parsed, 1, 0), edit));
  }, source);
}

/** As both parsers read it; they must agree. */
function readBoth(text: string): unknown {
  const value = load(text, { schema });
  assert.equal(parse(text, { version: '1.2' }), value, text);
  return value;
}

/** The paths of the mappings in a value, the root's included. */
function mappingsIn(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => mappingsIn(entry, [...path, key]))];
}

function at(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((node, key) => (node as { [key: string]: Json } | undefined)?.[key], value);
}

/** A copy with the value at the path replaced; undefined removes it. */
function changed(value: Json, [key, ...rest]: readonly string[], to: Json | undefined): Json {
  const entries = { ...(value as { [key: string]: Json }) };
  if (rest.length > 0) entries[key!] = changed(entries[key!] ?? {}, rest, to);
  else if (to === undefined) delete entries[key!];
  else entries[key!] = to;
  return entries;
}

/** Comments that are not part of what the edit is about are still there. */
function assertComments({ comments }: RandomYaml, after: string, path: readonly string[]): void {
  for (const [comment, owner] of comments) {
    if (path.every((key, depth) => owner[depth] === key)) continue;
    assert.ok(after.includes(comment), `${comment} is gone:\n${after}`);
  }
}

/** Each line is still there, in order. */
function assertLines(before: string, after: string): void {
  const lines = after.split(/\r?\n/);
  let from = 0;
  for (const line of before.split(/\r?\n/)) {
    const found = lines.indexOf(line, from);
    assert.ok(found >= 0, `the line ${JSON.stringify(line)} is gone:\n${after}`);
    from = found + 1;
  }
}

const newValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...nastyStrings.filter((text) => !text.includes('\r'))),
  fc.integer(),
  fc.constantFrom<Json>(true, null, {}, [], ['a', { b: 'c' }], { a: { b: ['c'] }, d: 'e' }),
);

test('the generator means what it says', () => {
  fc.assert(
    fc.property(randomYaml, ({ text, value }) => assert.equal(readBoth(text), value, text)),
    runs,
  );
});

test('a new entry: the value is there, and every line of before', () => {
  const property = fc.property(randomYaml, newValue, fc.nat(), (document, to, pick) => {
    const paths = mappingsIn(document.value);
    const path = [...paths[pick % paths.length]!, 'aNewKey'];
    const after = edited(document.text, { set: path, to });
    assert.equal(readBoth(after), changed(document.value, path, to), after);
    assertComments(document, after, path);
    const parent = at(document.value, path.slice(0, -1)) as object;
    if (Object.keys(parent).length > 0 && !isInFlow(document.text, path.slice(0, -1))) assertLines(document.text, after);
  });
  fc.assert(property, runs);
});

/** Whether the mapping is written in braces: an entry goes into its line. */
function isInFlow(text: string, path: readonly string[]): boolean {
  const parsed = parseYaml(text);
  if ('reason' in parsed) throw new Error(parsed.message);
  let node = nodeAt(parsed, 1, 0);
  for (const key of path) {
    if (node.kind !== 'mapping') return false;
    node = node.entries.find((entry) => entry.key === key)!.value;
  }
  return node.kind === 'mapping' && node.flow;
}

test('an entry that is there is replaced, and what is not of it stays', () => {
  const property = fc.property(randomYaml, newValue, fc.nat(), (document, to, pick) => {
    const paths = mappingsIn(document.value).flatMap((path) =>
      Object.keys(at(document.value, path) as object).map((key) => [...path, key]),
    );
    const path = paths[pick % paths.length]!;
    const after = edited(document.text, { set: path, to });
    assert.equal(readBoth(after), changed(document.value, path, to), after);
    assertComments(document, after, path);
  });
  fc.assert(property, runs);
});

test('an entry that is removed is gone, and what is not of it stays', () => {
  const property = fc.property(randomYaml, fc.nat(), (document, pick) => {
    const paths = mappingsIn(document.value).flatMap((path) =>
      Object.keys(at(document.value, path) as object).map((key) => [...path, key]),
    );
    const path = paths[pick % paths.length]!;
    const after = edited(document.text, { remove: path });
    assert.equal(readBoth(after), changed(document.value, path, undefined), after);
    assertComments(document, after, path);
  });
  fc.assert(property, runs);
});

test('what is not there is removed without a change', () => {
  fc.assert(
    fc.property(randomYaml, ({ text }) => assert.is(edited(text, { remove: ['notThere'] }), text)),
    runs,
  );
});

function listsIn(value: Json): (readonly string[])[] {
  return mappingsIn(value).flatMap((path) =>
    Object.entries(at(value, path) as object).flatMap(([key, entry]) => (Array.isArray(entry) ? [[...path, key]] : [])),
  );
}

test('an item is appended, and every line of before is still there', () => {
  const property = fc.property(randomYaml, newValue, fc.nat(), (document, append, pick) => {
    const lists = listsIn(document.value);
    fc.pre(lists.length > 0);
    const path = lists[pick % lists.length]!;
    const list = at(document.value, path) as Json[];
    const after = edited(document.text, { append, at: path });
    assert.equal(readBoth(after), changed(document.value, path, [...list, append]), after);
    assertComments(document, after, ['nothing is touched']);
  });
  fc.assert(property, runs);
});

test('an item is dropped; the list goes with its last one', () => {
  const property = fc.property(randomYaml, fc.nat(), fc.nat(), (document, pick, item) => {
    const lists = listsIn(document.value).filter((path) => (at(document.value, path) as Json[]).length > 0);
    fc.pre(lists.length > 0);
    const path = lists[pick % lists.length]!;
    const list = at(document.value, path) as Json[];
    const drop = item % list.length;
    const rest = list.filter((_, index) => index !== drop);
    const after = edited(document.text, { drop, from: path });
    assert.equal(readBoth(after), changed(document.value, path, rest.length > 0 ? rest : undefined), after);
    assertComments(document, after, rest.length > 0 ? [...path, String(drop)] : path);
  });
  fc.assert(property, runs);
});

test('a value that is set twice is there once', () => {
  const property = fc.property(randomYaml, newValue, (document, to) => {
    const edit = { set: ['aNewKey', 'inner'], to };
    const once = edited(document.text, edit);
    assert.equal(readBoth(edited(once, edit)), readBoth(once));
  });
  fc.assert(property, runs);
});

test('line breaks stay of one kind', () => {
  const property = fc.property(randomYaml, newValue, ({ text }, to) => {
    fc.pre(text.includes('\r\n'));
    const after = edited(text, { set: ['aNewKey'], to });
    assert.not.match(after, /[^\r]\n/);
  });
  fc.assert(property, runs);
});

test.run();
