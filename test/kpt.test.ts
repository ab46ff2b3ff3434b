/** What the real kpt does with a function, and what it makes of ours. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kubernetesSchema as schema } from '../src/yaml/schema.ts';
import { root } from './definition/with-server.ts';
import {
  copyExamples,
  examplesFolder,
  fnConfigFile,
  kptfile,
  kustomizeFlags,
  openTools,
  type Run,
  readTree,
  type Tools,
  writeFiles,
} from './real-tools.ts';

const test = suite<{ tools: Tools }>('kpt');

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

const ours = { exec: 'ameide-process', configPath: 'process-render.yaml' };
const committedExamples = ['spec', 'several', 'sub-packages', 'mixed', 'everything'];

function render(tools: Tools, dir: string, ...args: string[]): Run {
  return tools.run('kpt', ['fn', 'render', '--allow-exec', ...args, dir]);
}

function rendered(tools: Tools, dir: string): Record<string, string> {
  const { code, stderr, stdout } = render(tools, dir);
  assert.is(code, 0, stderr + stdout);
  return readTree(dir);
}

/** A package in the scratch folder; `files` beside its Kptfile and a function configuration that finds the examples' definitions. */
function packageOf(
  tools: Tools,
  name: string,
  files: Record<string, string>,
  mutators: readonly object[] = [ours],
  spec: object = {},
): string {
  const dir = join(tools.scratch, name);
  rmSync(dir, { recursive: true, force: true });
  return writeFiles(dir, {
    Kptfile: kptfile(mutators),
    'process-render.yaml': fnConfigFile({ source: join(examplesFolder, 'definitions'), ...spec }),
    ...files,
  });
}

const settings = `# head

apiVersion: v1
kind: ConfigMap
metadata: {name: settings}   # who
data:
  z: "on"
  a: "1" # one
`;
const base = readFileSync(join(examplesFolder, 'overlays/base/l2o.yaml'), 'utf8');

function identitiesOf(objects: readonly unknown[]): string[] {
  return objects.map((object) => JSON.stringify(sorted(object))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  );
}

for (const name of committedExamples) {
  test(`the example ${name} is committed as it is rendered`, ({ tools }) => {
    const dir = join(copyExamples(tools.scratch), name);
    const before = readTree(dir);
    assert.equal(rendered(tools, dir), before);
  });

  test(`the example ${name} has the same objects through kustomize`, ({ tools }) => {
    const dir = join(examplesFolder, name);
    const built = tools.run('kustomize', ['build', ...kustomizeFlags, dir]);
    assert.is(built.code, 0, built.stderr);
    const files = Object.entries(readTree(dir)).filter(([path]) => path.endsWith('.yaml') && !/kustomization|process-render/.test(path));
    assert.equal(identitiesOf(loadAll(built.stdout, { schema })), identitiesOf(files.flatMap(([, text]) => loadAll(text, { schema }))));
  });
}

test("the specification's own Process, byte for byte, becomes the example", ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'spec');
  const committed = readTree(dir);
  rmSync(join(dir, 'l2o.generated.yaml'));
  writeFiles(dir, { 'l2o.yaml': readFileSync(join(root, 'test/cases/process/good/the-example-of-the-specification.yaml'), 'utf8') });
  assert.equal(rendered(tools, dir), committed);
});

test('what reaches a function: every file, as it is written, with its place; the working directory is the caller’s', ({ tools }) => {
  const seen = join(tools.scratch, 'seen');
  tools.script('record', `{ pwd; echo "$MARK"; } > ${seen}; tee -a ${seen}`);
  const dir = packageOf(tools, 'seen-package', { 'all.yaml': settings }, [{ ...ours, exec: 'record' }]);
  tools.run('kpt', ['fn', 'render', '--allow-exec', 'seen-package'], { env: { MARK: 'inherited' } });
  const [cwd, mark, ...rest] = readFileSync(seen, 'utf8').split('\n');
  const text = rest.join('\n');
  assert.is(cwd, tools.scratch);
  assert.is(mark, 'inherited');
  assert.match(text, '# one');
  assert.match(text, 'Kptfile');
  assert.match(text, `internal.config.kubernetes.io/package-path: '${dir}'`);
  assert.match(text, "internal.config.kubernetes.io/path: 'all.yaml'");
});

test('a relative source is relative to the package, wherever kpt is called', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'spec');
  for (const [cwd, at] of [
    [tools.scratch, 'examples/spec'],
    [dir, '.'],
  ] as const) {
    writeFileSync(join(dir, 'l2o.yaml'), base);
    const { code, stderr } = tools.run('kpt', ['fn', 'render', '--allow-exec', at], { cwd });
    assert.is(code, 0, stderr);
    assert.match(readFileSync(join(dir, 'l2o.yaml'), 'utf8'), 'pin:');
  }
});

test('without --allow-exec kpt refuses', ({ tools }) => {
  const { code, stderr } = tools.run('kpt', ['fn', 'render', packageOf(tools, 'refused', { 'all.yaml': settings })]);
  assert.is(code, 1);
  assert.match(stderr, 'must run with');
});

test('a function that prints nothing and says nothing is wrong empties the package', ({ tools }) => {
  tools.script('silent', 'cat > /dev/null');
  const dir = packageOf(tools, 'emptied', { 'all.yaml': settings }, [{ ...ours, exec: 'silent' }]);
  assert.is(render(tools, dir).code, 0);
  assert.equal(readTree(dir), {});
});

test('a severity of error with exit status 0 passes; so our status is 1', ({ tools }) => {
  tools.script('lenient', "cat; echo 'results: [{message: lost, severity: error}]'");
  const dir = packageOf(tools, 'lenient-package', { 'all.yaml': settings }, [{ ...ours, exec: 'lenient' }]);
  const { code, stderr } = render(tools, dir);
  assert.is(code, 0);
  assert.match(stderr, '[PASS]');
});

test('a finding leaves every file as it was, and is shown with its resource and kept in --results-dir', ({ tools }) => {
  const dir = packageOf(tools, 'failing', {
    'all.yaml': settings,
    'l2o.yaml': base.replace('L2O_v3', 'NOPE'),
    'b.yaml': base.replace('l2o', 'b'),
  });
  const before = readTree(dir);
  const results = join(tools.scratch, 'results');
  const { code, stderr } = render(tools, dir, '--results-dir', results);
  assert.is(code, 1);
  assert.equal(readTree(dir), before);
  assert.match(stderr, /\[error\] ameide\.io\/v1\/Process\/l2o: .*does not have the latest version of "NOPE"/);
  assert.match(stderr, 'error DefinitionNotFound: Process "l2o" (l2o.yaml): ');
  const { items, exitCode } = load(readFileSync(join(results, 'results.yaml'), 'utf8')) as {
    exitCode: number;
    items: { results: Record<string, unknown>[] }[];
  };
  assert.is(exitCode, 1);
  const [{ message, ...finding } = {}, ...others] = items[0]!.results;
  assert.equal(others, []);
  assert.equal(finding, {
    severity: 'error',
    resourceRef: { apiVersion: 'ameide.io/v1', kind: 'Process', name: 'l2o' },
    file: { path: 'l2o.yaml' },
    tags: { reason: 'DefinitionNotFound' },
  });
});

test('new files stand beside their Process; a second render changes not a byte', ({ tools }) => {
  const dir = packageOf(tools, 'fresh', { 'deep/er/l2o.yaml': base, 'all.yaml': settings });
  const first = rendered(tools, dir);
  assert.equal(Object.keys(first).sort(), ['Kptfile', 'all.yaml', 'deep/er/l2o.generated.yaml', 'deep/er/l2o.yaml', 'process-render.yaml']);
  assert.equal(rendered(tools, dir), first);
});

test('removing a Process removes its generated file and nothing else', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'several');
  rmSync(join(dir, 'kustomization.yaml'));
  const { 'order-to-cash.yaml': _, 'order-to-cash.generated.yaml': __, ...remaining } = readTree(dir);
  rmSync(join(dir, 'order-to-cash.yaml'));
  assert.equal(rendered(tools, dir), remaining);
});

test('removing the last Process leaves the rest of the package', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'spec');
  const { 'l2o.yaml': _, 'l2o.generated.yaml': __, ...remaining } = readTree(dir);
  rmSync(join(dir, 'l2o.yaml'));
  assert.equal(rendered(tools, dir), remaining);
});

test('a renamed Process takes its generated file with it', ({ tools }) => {
  const dir = packageOf(tools, 'renamed', { 'l2o.yaml': base });
  const before = rendered(tools, dir);
  writeFileSync(join(dir, 'l2o.yaml'), before['l2o.yaml']!.replace('name: l2o', 'name: lead'));
  const after = rendered(tools, dir);
  assert.equal(Object.keys(after).sort(), ['Kptfile', 'l2o.yaml', 'lead.generated.yaml', 'process-render.yaml']);
  assert.match(after['lead.generated.yaml']!, 'name: lead-process');
});

test('what is generated for a sub-package stays in it, and goes with its Process', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'sub-packages');
  const before = readTree(dir);
  rmSync(join(dir, 'billing/invoice-approval.yaml'));
  const { 'billing/invoice-approval.yaml': _, 'billing/invoice-approval.generated.yaml': __, ...remaining } = before;
  assert.equal(rendered(tools, dir), remaining);
});

test('one key in two folders: both copies are kept, each with its own objects', ({ tools }) => {
  const dir = packageOf(tools, 'clusters', {
    'dev/l2o.yaml': base,
    'prod/l2o.yaml': base.replace('tenantId: t123', 'tenantId: t123\n    version: 2'),
    'dev/all.yaml': settings,
    'prod/all.yaml': settings.replace('"1"', '"2"'),
  });
  const files = rendered(tools, dir);
  assert.match(files['dev/l2o.generated.yaml']!, 'definition-version: "3"');
  assert.match(files['prod/l2o.generated.yaml']!, 'definition-version: "2"');
  assert.match(files['prod/all.yaml']!, 'a: "2"');
  assert.match(files['dev/all.yaml']!, 'a: "1"');
  assert.equal(rendered(tools, dir), files);
});

test('a path that another function made leave the package: kpt refuses it, and so does ours where kpt does not look', ({ tools }) => {
  tools.script('astray', "sed \"s#kubernetes.io/path: 'l2o.yaml'#kubernetes.io/path: '../../evil.yaml'#\"");
  const dir = packageOf(tools, 'escape', { 'l2o.yaml': base }, [{ exec: 'astray' }, ours]);
  const before = readTree(dir);
  const { code, stderr } = render(tools, dir);
  assert.is(code, 1);
  assert.match(stderr, 'must not modify resources outside of package');
  assert.equal(readTree(dir), before);
  const piped = tools.run('sh', ['-c', `kpt fn source ${dir} | astray | ameide-process > /dev/null`]);
  assert.is(piped.code, 1);
  assert.match(piped.stderr, 'error PathOutsidePackage: Process "l2o"');
});

test('YAML that is no resource: kpt refuses it, unless .krmignore names it', ({ tools }) => {
  const dir = packageOf(tools, 'foreign', { 'l2o.yaml': base, 'values.yaml': 'a: 1\n' });
  assert.match(render(tools, dir).stderr, /must have.*apiVersion|missing.*apiVersion/i);
  writeFiles(dir, { '.krmignore': 'values.yaml\n' });
  assert.is(rendered(tools, dir)['values.yaml'], 'a: 1\n');
});

test('as a validator it judges, and what it would change is dropped', ({ tools }) => {
  const dir = packageOf(tools, 'validated', { 'l2o.yaml': base });
  writeFileSync(join(dir, 'Kptfile'), kptfile([], [ours]));
  assert.is(rendered(tools, dir)['l2o.yaml']?.includes('pin:'), false);
  writeFiles(dir, { 'l2o.yaml': base.replace('L2O_v3', 'NOPE') });
  assert.is(render(tools, dir).code, 1);
});

test('fn eval takes the configuration as a ConfigMap', ({ tools }) => {
  const dir = packageOf(tools, 'evaluated', { 'l2o.yaml': base });
  const evaluate = (...settings: string[]) => tools.run('kpt', ['fn', 'eval', dir, '--exec', 'ameide-process', '--', ...settings]);
  const refused = evaluate('resolve=Never');
  assert.is(refused.code, 1);
  assert.match(refused.stderr, 'error PinMissing');
  const { code, stderr } = evaluate(`source=${join(examplesFolder, 'definitions')}`, 'worker.replicas=3');
  assert.is(code, 0, stderr);
  assert.match(readTree(dir)['l2o.generated.yaml']!, 'replicas: 1');
});

test('fn source and fn sink: the function in a pipe', ({ tools }) => {
  const dir = packageOf(tools, 'piped', { 'l2o.yaml': readFileSync(join(examplesFolder, 'spec/l2o.yaml'), 'utf8') });
  writeFiles(dir, { 'l2o.generated.yaml': readFileSync(join(examplesFolder, 'spec/l2o.generated.yaml'), 'utf8') });
  const { code, stderr } = tools.run('sh', ['-c', `set -e; kpt fn source ${dir} | ameide-process | kpt fn sink ${dir}-sunk`]);
  assert.is(code, 0, stderr);
  assert.is(readTree(`${dir}-sunk`)['l2o.generated.yaml'], readTree(dir)['l2o.generated.yaml']);
});

test('comments and order: what a function that is cat keeps, ours keeps', ({ tools }) => {
  const files = {
    'all.yaml': settings,
    'odd.yaml': `# one

# two
apiVersion: v1
kind: Pod
metadata: {name: odd, annotations: {on: "yes", octal: "0o17", date: "2024-01-01", time: "12:30:45"}}
spec:
  a: {big: 9007199254740993, octal: 0644, y: yes, float: 1.0, exp: 1e3, hex: 0xFF, time: 12:30:45, date: 2024-01-01, nothing: ~}
  list:
    - z # last letter
    - a # first letter
  folded: >-
    one
    two
  kept: |+
    trailing

  'quoted': 'it''s'
# tail
`,
    'rendered.yaml': readFileSync(join(examplesFolder, 'spec/l2o.yaml'), 'utf8'),
    'l2o.generated.yaml': readFileSync(join(examplesFolder, 'spec/l2o.generated.yaml'), 'utf8'),
  };
  const [cat, own] = ['cat', 'ameide-process'].map((command) => {
    tools.script('either', `exec ${command}`);
    return rendered(tools, packageOf(tools, 'kept', files, [{ ...ours, exec: 'either' }]));
  });
  assert.equal(own, cat);
});

test('a package of several megabytes is written whole', ({ tools }) => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, file) => [
      `f${file}.yaml`,
      Array.from({ length: 50 }, (__, at) =>
        settings.replace('name: settings', `name: c${file}-${at}`).replace('"1"', 'x'.repeat(1500)),
      ).join('---\n'),
    ]),
  );
  const cat = rendered(tools, packageOf(tools, 'big', { ...files, 'l2o.yaml': base }, [{ ...ours, exec: 'cat' }]));
  const all = rendered(tools, packageOf(tools, 'big', { ...files, 'l2o.yaml': base }));
  assert.ok(JSON.stringify(all).length > 3_000_000);
  const { 'l2o.yaml': _, Kptfile: __, ...untouched } = cat;
  for (const [path, text] of Object.entries(untouched)) assert.is(all[path], text);
  assert.ok(all['l2o.generated.yaml']);
});

test.run();
