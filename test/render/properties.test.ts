import { join } from 'node:path';
import fc from 'fast-check';
import { load, loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { folderSource } from '../../src/definition/folder.ts';
import { runFunction } from '../../src/function.ts';
import { isGenerated, isProcessKind } from '../../src/render/located.ts';
import { isObject, type Resource } from '../../src/resource.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { writeYaml } from '../../src/yaml/write.ts';
import { examples } from '../definition/with-server.ts';
import { openTools, type Tools, writeFiles } from '../real-tools.ts';
import { asItem, listOf, randomList } from './random-process.ts';

const test = suite<{ tools: Tools }>('properties of the render');
const runs = { numRuns: 150 };

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

/** The output of a run that must work, without its findings. */
async function rendered(input: string): Promise<string> {
  const { output, exitCode, findings } = await runFunction(Buffer.from(input), false, async () => folderSource(examples));
  assert.is(exitCode, 0, `${findings.map(({ message }) => message).join('\n')}\n${input}`);
  return output!.replace(/^results:\n(- | {2}).*/ms, '');
}

function itemsOf(text: string): Resource[] {
  return (load(text, { schema }) as { items: Resource[] }).items;
}

function isOurs(item: Resource): boolean {
  return isProcessKind(item) || isGenerated(item);
}

/** Objects whatever their order, and the order of their keys. */
function asSet(items: readonly Resource[]): string[] {
  return items.map((item) => JSON.stringify(sorted(item), (_, value) => (typeof value === 'bigint' ? `${value}n` : value))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

test('two runs give the same bytes', async () => {
  const property = fc.asyncProperty(randomList, async ({ items }) =>
    assert.is(await rendered(listOf(items)), await rendered(listOf(items))),
  );
  await fc.assert(property, runs);
});

test('rendering what was rendered changes nothing', async () => {
  const property = fc.asyncProperty(randomList, async ({ items }) => {
    const once = await rendered(listOf(items));
    assert.is(await rendered(once), once);
  });
  await fc.assert(property, runs);
});

test('the order of the input decides nothing but the order of the output', async () => {
  const property = fc.asyncProperty(randomList, fc.infiniteStream(fc.nat()), async ({ items }, random) => {
    const permuted = [...items].map((item) => [random.next().value as number, item] as const).sort(([a], [b]) => a - b);
    const [first, second] = [await rendered(listOf(items)), await rendered(listOf(permuted.map(([, item]) => item)))];
    assert.equal(asSet(itemsOf(second)), asSet(itemsOf(first)));
    assert.equal(asSet(itemsOf(await rendered(reversed(first)))), asSet(itemsOf(first).filter(isOurs)));
  });
  await fc.assert(property, runs);
});

/** The rendered items in the opposite order, rendered again. */
function reversed(output: string): string {
  const items = itemsOf(output).filter(isOurs);
  return listOf(items.reverse().map((item) => `${writeYaml(item)}\n`));
}

test('items of others keep their exact text', async () => {
  const property = fc.asyncProperty(randomList, async ({ items, foreign }) => {
    const output = await rendered(listOf(items));
    for (const item of foreign) assert.ok(output.includes(asItem(item)), output);
  });
  await fc.assert(property, runs);
});

test('a Process that goes takes only its own objects', async () => {
  const property = fc.asyncProperty(randomList, async ({ items, foreign }) => {
    fc.pre(items.length > foreign.length + 1);
    const before = itemsOf(await rendered(listOf(items))).filter(isOurs);
    const gone = 'process-0';
    const isOfIt = ({ metadata }: Resource) =>
      isObject(metadata) &&
      (metadata.name === gone || (isObject(metadata.annotations) && metadata.annotations['ameide.io/generated-for'] === gone));
    const without = before.filter((item) => !(isProcessKind(item) && isOfIt(item)));
    const after = itemsOf(await rendered(listOf(without.map((item) => `${writeYaml(item)}\n`))));
    assert.equal(asSet(after), asSet(before.filter((item) => !isOfIt(item))));
  });
  await fc.assert(property, runs);
});

test('every parser reads the same of what is generated', async () => {
  const property = fc.asyncProperty(randomList, async ({ items }) => {
    const output = await rendered(listOf(items));
    const text = writeYaml({ items: itemsOf(output).filter(isGenerated) });
    const expected = itemsOf(output).filter(isGenerated);
    // What stands in the output is what writing it gives, so that parsing it here is parsing it there.
    for (const line of text.split('\n').slice(1)) assert.ok(output.includes(line), line);
    for (const version of ['1.1', '1.2'] as const) assert.equal((parse(text, { version }) as { items: unknown }).items, expected, version);
    assert.equal((load(text) as { items: unknown }).items, expected);
  });
  await fc.assert(property, runs);
});

/** kustomize writes these without escapes, whatever it read, and then cannot read them again or takes them for line breaks. */
const lostInKustomize = /[\u007f-\u009f\u2028\u2029\ufffe\uffff]|\\[NLPux]/;

test('go-yaml, in the real kustomize, reads the same objects', async ({ tools }) => {
  const lists = fc.sample(
    randomList.filter(({ items }) => !lostInKustomize.test(items.join(''))),
    { numRuns: 8 },
  );
  for (const [at, { items, foreign }] of lists.entries()) {
    const output = itemsOf(await rendered(listOf(items.slice(0, items.length - foreign.length)))).map(withoutPlace);
    const dir = writeFiles(join(tools.scratch, String(at)), {
      'all.yaml': output.map((item) => `${writeYaml(item)}\n`).join('---\n'),
      'kustomization.yaml': 'resources: [all.yaml]\n',
    });
    const { code, stdout, stderr } = tools.run('kustomize', ['build', dir]);
    assert.is(code, 0, stderr);
    assert.equal(asSet(loadAll(stdout, { schema }) as Resource[]), asSet(output));
  }
});

/** kustomize takes its own annotations away. */
function withoutPlace(item: Resource): Resource {
  const metadata = item.metadata as { annotations: Record<string, string> };
  const annotations = Object.entries(metadata.annotations).filter(([key]) => !key.startsWith('internal.config.kubernetes.io/'));
  return { ...item, metadata: { ...metadata, annotations: Object.fromEntries(annotations) } };
}

test.run();
