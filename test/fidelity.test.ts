/**
 * Thousands of manifests that nobody wrote for this test, through kpt: with our function every file must leave as with `cat`, byte for
 * byte. They come with the Go modules that the test bed is built from, so nothing of them is kept in this repository.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isObject, nameOf } from '../src/resource.ts';
import { kubernetesSchema as schema } from '../src/yaml/schema.ts';
import { kptfile, openTools, readTree, type Tools, writeFiles } from './real-tools.ts';
import { root } from './testbed/parts.ts';

const wanted = 2_000;
/** Modules of the test bed with manifests in them; of each at most so many files, so that no single style of writing is all there is. */
const sources = [
  { module: 'test/testbed/kpt', names: ['github.com/kptdev/kpt'], most: 700 },
  { module: 'test/testbed/control-plane', names: ['k8s.io/kubernetes', 'k8s.io/api', 'k8s.io/kubectl'], most: 700 },
  { module: 'test/testbed/control-plane', names: ['k8s.io/pod-security-admission'], most: 300 },
];

const test = suite<{ tools: Tools }>('fidelity');

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

test(`at least ${wanted} manifests leave kpt with our function as they do with cat`, ({ tools }) => {
  const { files, manifests } = collect();
  assert.ok(manifests >= wanted, `found ${manifests} manifests, wanted ${wanted}; to get them: ${sources.map(commandOf).join('; ')}`);
  const [cat, ours] = ['cat', 'ameide-process'].map((command) => {
    tools.script('either', `exec ${command}`);
    const dir = writeFiles(join(tools.scratch, command), { Kptfile: kptfile([{ exec: 'either' }]), ...files });
    const { code, stderr } = tools.run('kpt', ['fn', 'render', '--allow-exec', dir]);
    assert.is(code, 0, stderr.slice(0, 2_000));
    return readTree(dir);
  });
  assert.equal(Object.keys(ours!), Object.keys(cat!));
  for (const [path, text] of Object.entries(cat!)) assert.is(ours![path], text, path);
});

/** The files that kpt can take (every document is a resource with a name), and how many manifests are in them. */
function collect(): { files: Record<string, string>; manifests: number } {
  const files: Record<string, string> = {};
  let manifests = 0;
  for (const source of sources) {
    for (const dir of foldersOf(source)) {
      let taken = 0;
      for (const path of yamlFilesIn(dir)) {
        const text = readFileSync(join(dir, path), 'utf8');
        const count = countManifests(text);
        if (count === 0 || taken++ >= source.most) continue;
        files[join(dir.replace(/.*\//, ''), path)] = text;
        manifests += count;
      }
    }
  }
  return { files, manifests };
}

type Source = (typeof sources)[number];

function commandOf({ module, names }: Source): string {
  return `(cd ${module} && go mod download ${names.join(' ')})`;
}

/** Where Go keeps the modules; it downloads those that are gone. */
function foldersOf({ module, names }: Source): string[] {
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', ...names], { cwd: join(root, module), encoding: 'utf8' });
  const folders = [...(stdout ?? '').matchAll(/"Dir": (".*")/g)].map(([, dir]) => JSON.parse(dir!) as string);
  assert.is(folders.length, names.length, `not all of ${names.join(', ')} could be had: ${stdout}${stderr}`);
  return folders;
}

function yamlFilesIn(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

/** 0 where the file is not only resources, or holds a Process. */
function countManifests(text: string): number {
  let documents: unknown[];
  try {
    documents = loadAll(text, { schema });
  } catch {
    return 0;
  }
  const resources = documents.filter((document) => document !== null && document !== undefined);
  const isTaken = (document: unknown) =>
    isObject(document) && typeof document.apiVersion === 'string' && typeof document.kind === 'string' && nameOf(document) !== '';
  const isAvoided = (document: unknown) => isObject(document) && /^(Process|Kptfile|ResourceList)$/.test(String(document.kind));
  return resources.every(isTaken) && !resources.some(isAvoided) ? resources.length : 0;
}

test.run();
