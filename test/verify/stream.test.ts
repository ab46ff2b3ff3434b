import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseStream } from '../../src/verify/stream.ts';

const test = suite('verify/stream');

function read(text: string | Uint8Array): unknown {
  const parsed = parseStream(Buffer.from(text as string));
  return 'problem' in parsed ? parsed.problem.reason : parsed.items.map(({ kind }) => kind);
}

test('documents, lists of any kind unfolded, comments passed over', () => {
  assert.equal(read('# nothing\n---\nkind: A\n---\n---\nkind: List\nitems: [{kind: B}, {kind: C}]\n'), ['A', 'B', 'C']);
  assert.equal(read('kind: ResourceList\nitems:\n- kind: B\n'), ['B']);
  assert.equal(read('kind: MyList\nspec: {}\n'), ['MyList']);
});

test('what holds no object is refused', () => {
  for (const text of ['', '\n', '# a comment\n', '---\n', 'kind: List\nitems: []\n', 'just text\n'])
    assert.is(read(text), 'PackageInvalid', text);
});

test('what is no YAML is refused', () => {
  assert.is(read('a: [\n'), 'YamlInvalid');
  assert.is(read(Uint8Array.of(0x61, 0xff)), 'YamlInvalid');
});

test.run();
