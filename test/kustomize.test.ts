/** What the real kustomize does with a function, and what it makes of ours. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  copyExamples,
  examplesFolder,
  fnConfigFile,
  kustomizeFlags,
  openTools,
  type Run,
  readTree,
  type Tools,
  writeFiles,
} from './real-tools.ts';

const test = suite<{ tools: Tools }>('kustomize');

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

interface Built {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: whatever was built
  readonly [field: string]: any;
}

function build(tools: Tools, dir: string): Run {
  return tools.run('kustomize', ['build', ...kustomizeFlags, dir]);
}

function objectsOf({ code, stdout, stderr }: Run): Built[] {
  assert.is(code, 0, stderr);
  return loadAll(stdout) as Built[];
}

function only(objects: readonly Built[], kind: string): Built {
  const found = objects.filter((object) => object.kind === kind);
  assert.is(found.length, 1, `${kind}: ${found.length}`);
  return found[0]!;
}

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {z: "on", a: "1"} # tail
`;
const kustomization = (rest: object) => JSON.stringify({ resources: ['all.yaml'], ...rest });

/** A package with `all` as its resources and a function at `position`. */
function packageWith(
  tools: Tools,
  name: string,
  at: { position?: string; all?: string; exec?: string; spec?: object; rest?: object },
): string {
  const { position = 'transformers', all = settings, exec, spec = {}, rest = {} } = at;
  return writeFiles(join(tools.scratch, name), {
    'all.yaml': all,
    'fn.yaml': fnConfigFile(spec, exec),
    'kustomization.yaml': kustomization({ [position]: ['fn.yaml'], ...rest }),
  });
}

/** The committed Process of an example with what was generated for it, as one stream without its namespace's files. */
function rendered(...names: string[]): string {
  return names.map((name) => readFileSync(join(examplesFolder, name), 'utf8')).join('---\n');
}

test('what reaches a function: everything in its own key order, without comments, and with no path to write back to', ({ tools }) => {
  const seen = join(tools.scratch, 'seen');
  tools.script(
    'record',
    `{ pwd; echo "$MARK"; cat; } > ${seen}; echo 'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []'`,
  );
  const local = settings.replace('name: settings', 'name: local, annotations: {config.kubernetes.io/local-config: "true"}');
  const dir = packageWith(tools, 'seen-package', { all: `${settings}---\n${local}`, exec: 'record' });
  tools.run('kustomize', ['build', ...kustomizeFlags, dir], { env: { MARK: 'inherited' } });
  const [cwd, mark, ...list] = readFileSync(seen, 'utf8').split('\n');
  assert.is(cwd, dir);
  assert.is(mark, 'inherited');
  const text = list.join('\n');
  assert.not.match(text, 'tail');
  assert.match(text, 'name: local');
  assert.match(text, /internal\.config\.kubernetes\.io\/index: '0'/);
  assert.not.match(text, 'config.kubernetes.io/path');
  assert.ok(text.indexOf('a: "1"') < text.indexOf('z: "on"'), 'keys are sorted');
});

test('a function that prints nothing and says nothing is wrong: kustomize loses everything and is content', ({ tools }) => {
  tools.script('silent', 'cat > /dev/null');
  assert.equal(build(tools, packageWith(tools, 'silent-package', { exec: 'silent' })), { code: 0, stdout: '', stderr: '' });
});

test('results of severity error with exit status 0 are thrown away; so findings are on stderr too, and the status is 1', ({ tools }) => {
  const error = 'results:\n- {message: lost, severity: error}';
  tools.script('lenient', `cat; echo '${error}'`);
  const lenient = build(tools, packageWith(tools, 'lenient-package', { exec: 'lenient' }));
  assert.is(lenient.code, 0);
  assert.not.match(lenient.stdout + lenient.stderr, 'lost');

  const unpinned = rendered('overlays/base/l2o.yaml');
  const ours = build(tools, packageWith(tools, 'unpinned', { all: unpinned, spec: { source: join(examplesFolder, 'definitions') } }));
  assert.is(ours.code, 1);
  assert.is(ours.stdout, '');
  assert.match(ours.stderr, /^error PinMissing: Process "l2o" spec\.definitionRef\.pin: .*run `ameide-process pin DIR` and commit$/m);
});

test('without the two flags: refused, or skipped without a word', ({ tools }) => {
  const dir = packageWith(tools, 'flags', { all: rendered('overlays/base/l2o.yaml') });
  for (const flags of [[], ['--enable-exec']]) {
    const refused = tools.run('kustomize', ['build', ...flags, dir]);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, 'external plugins disabled');
  }
  const skipped = tools.run('kustomize', ['build', '--enable-alpha-plugins', dir]);
  assert.equal(
    objectsOf(skipped).map(({ kind }) => kind),
    ['Process'],
  );
  assert.is(skipped.stderr, '');
});

test('as a generator it would see no Process: nothing is built, and nothing is lost', ({ tools }) => {
  const { code, stdout } = build(tools, packageWith(tools, 'generator', { position: 'generators' }));
  assert.is(code, 0);
  assert.equal(
    loadAll(stdout).map((object) => (object as Built).metadata.name),
    ['settings'],
  );
});

test('as a validator no function works, not even one that changes nothing', ({ tools }) => {
  for (const exec of ['cat', 'ameide-process']) {
    const { code, stderr } = build(tools, packageWith(tools, `validator-${exec}`, { position: 'validators', exec }));
    assert.is(code, 1);
    assert.match(stderr, "validator shouldn't modify the resource map");
  }
});

test('a configuration outside of the kustomization is refused', ({ tools }) => {
  const dir = packageWith(tools, 'outer/inner', {});
  cpSync(join(dir, 'fn.yaml'), join(tools.scratch, 'outer/fn.yaml'));
  writeFileSync(join(dir, 'kustomization.yaml'), kustomization({ transformers: ['../fn.yaml'] }));
  const { code, stderr } = build(tools, dir);
  assert.is(code, 1);
  assert.match(stderr, 'security');
});

test('as a transformer it sees prefix, suffix, namespace and labels of its own kustomization', ({ tools }) => {
  const objects = objectsOf(build(tools, join(examplesFolder, 'overlays/prod')));
  assert.equal(
    objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name]),
    [
      ['ConfigMap', 'sales-prod', 'prod-l2o-eu-definition-5ff2a6fba5'],
      ['Deployment', 'sales-prod', 'prod-l2o-eu-process'],
      ['Process', 'sales-prod', 'prod-l2o-eu'],
    ],
  );
  assert.is(only(objects, 'Deployment').metadata.labels?.['ameide.io/environment'], 'production');
  const { volumes } = only(objects, 'Deployment').spec.template.spec;
  assert.is(volumes[0].projected.sources[0].configMap.name, 'prod-l2o-eu-definition-5ff2a6fba5');
});

test('two overlays of one base run the versions that each has pinned', ({ tools }) => {
  const versionOf = (overlay: string) => {
    const { env } = only(objectsOf(build(tools, join(examplesFolder, 'overlays', overlay))), 'Deployment').spec.template.spec.containers[0];
    return env.find(({ name }: { name: string }) => name === 'PROCESS_DEFINITION_VERSION').value;
  };
  assert.equal(['staging', 'prod'].map(versionOf), ['3', '2']);
});

test('promotion is copying two files', ({ tools }) => {
  const overlays = join(copyExamples(tools.scratch), 'overlays');
  for (const file of ['l2o.pin.yaml', 'l2o.generated.yaml']) cpSync(join(overlays, 'staging', file), join(overlays, 'prod', file));
  const names = objectsOf(build(tools, join(overlays, 'prod'))).map(({ metadata }) => metadata.name);
  assert.equal(names, ['prod-l2o-eu-definition-cbc6ba17b4', 'prod-l2o-eu-process', 'prod-l2o-eu']);
});

test('an outer kustomization renames what was generated, and its references', ({ tools }) => {
  const outer = writeFiles(join(copyExamples(tools.scratch), 'overlays/outer'), {
    'kustomization.yaml': JSON.stringify({ namePrefix: 'x-', resources: ['../prod'] }),
  });
  const objects = objectsOf(build(tools, outer));
  const name = 'x-prod-l2o-eu-definition-5ff2a6fba5';
  assert.is(only(objects, 'ConfigMap').metadata.name, name);
  assert.is(only(objects, 'Deployment').spec.template.spec.volumes[0].projected.sources[0].configMap.name, name);
});

test('the rendered example is what its overlay gives', ({ tools }) => {
  const out = join(tools.scratch, 'rendered');
  const { code, stderr } = tools.run('sh', [
    '-c',
    `mkdir -p ${out} && kustomize build ${kustomizeFlags.join(' ')} -o ${out} ${join(examplesFolder, 'overlays/prod')}`,
  ]);
  assert.is(code, 0, stderr);
  const { 'README.md': _, ...committed } = readTree(join(examplesFolder, 'rendered'));
  assert.equal(readTree(out), committed);
});

test('two builds give the same bytes, and none of the annotations that tools use among themselves', ({ tools }) => {
  for (const name of ['several', 'mixed', 'everything', 'overlays/staging']) {
    const [first, second] = [1, 2].map(() => build(tools, join(examplesFolder, name)));
    assert.is(first!.code, 0, first!.stderr);
    assert.is(first!.stdout, second!.stdout);
    assert.not.match(first!.stdout, /config\.kubernetes\.io|config\.k8s\.io/);
  }
});

test('odd YAML leaves exactly as through a function that is cat', ({ tools }) => {
  const odd = `apiVersion: v1
kind: Pod
metadata: {name: odd, annotations: {on: "yes", octal: "0o17", date: "2024-01-01", time: "12:30:45"}}
spec:
  a: {big: 9007199254740993, octal: 0644, y: yes, float: 1.0, exp: 1e3, hex: 0xFF, time: 12:30:45, date: 2024-01-01, nothing: ~}
  folded: >-
    one
    two
  kept: |+
    trailing

  spaces: "end  "
`;
  const [cat, ours] = ['cat', 'ameide-process'].map((exec) =>
    build(tools, packageWith(tools, `odd-${exec}`, { all: `${odd}---\n${rendered('spec/l2o.yaml', 'spec/l2o.generated.yaml')}`, exec })),
  );
  assert.is(cat!.code, 0, cat!.stderr);
  assert.is(ours!.stdout, cat!.stdout);
});

test('a list of several megabytes arrives whole', ({ tools }) => {
  const big = Array.from(
    { length: 400 },
    (_, at) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${at}}\ndata: {text: ${'x'.repeat(11_000)}}\n`,
  );
  const dir = packageWith(tools, 'big', { all: [...big, rendered('spec/l2o.yaml', 'spec/l2o.generated.yaml')].join('---\n') });
  const { code, stdout, stderr } = build(tools, dir);
  assert.is(code, 0, stderr);
  assert.ok(stdout.length > 4_000_000);
  assert.is(stdout.match(/^kind: /gm)?.length, 403);
});

test('removing a Process removes what was generated for it and nothing else', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'several');
  const before = objectsOf(build(tools, dir));
  const file = join(dir, 'kustomization.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('- order-to-cash.yaml\n', ''));
  const after = objectsOf(build(tools, dir));
  assert.equal(
    after,
    before.filter(({ metadata }) => !metadata.name.startsWith('order-to-cash')),
  );
});

test('a Process whose definition is gone from the build is refused, by name', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'spec');
  rmSync(join(dir, 'l2o.generated.yaml'));
  const file = join(dir, 'kustomization.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('- l2o.generated.yaml\n', ''));
  const { code, stdout, stderr } = build(tools, dir);
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(stderr, 'error DefinitionBytesMissing: Process "l2o" spec.definitionRef.pin: ');
});

test('a frozen environment reaches the function', ({ tools }) => {
  const spec = { source: join(examplesFolder, 'definitions'), resolve: 'Always' };
  const dir = packageWith(tools, 'frozen', { all: rendered('overlays/base/l2o.yaml'), spec });
  const open = build(tools, dir);
  assert.is(open.code, 0, open.stderr);
  assert.is(objectsOf(open).length, 3);
  const frozen = tools.run('kustomize', ['build', ...kustomizeFlags, dir], { env: { AMEIDE_PROCESS_FROZEN: '1' } });
  assert.is(frozen.code, 1);
  assert.match(frozen.stderr, 'error PinMissing');
});

// It writes them without escapes between two of its own steps, takes U+2028 for a line break and refuses U+007F.
for (const char of ['\u2028', '\u0085', '\u007f', '\uffff']) {
  test(`a definition with a character that kustomize cannot carry is refused, never altered: U+${char.charCodeAt(0).toString(16)}`, ({
    tools,
  }) => {
    const dir = writeFiles(join(tools.scratch, 'carried'), {
      'definitions/t/hard/1.json': `{"text": "one${char}two"}\n`,
      'package/l2o.yaml': rendered('overlays/base/l2o.yaml').replace('L2O_v3', 'hard').replace('t123', 't'),
      'package/fn.yaml': fnConfigFile({ source: '../definitions' }),
      'package/kustomization.yaml': JSON.stringify({ resources: ['l2o.yaml', 'l2o.generated.yaml'], transformers: ['fn.yaml'] }),
    });
    const verb = tools.run('ameide-process', ['render', join(dir, 'package')]);
    assert.is(verb.code, 0, verb.stderr);
    const { code, stdout } = build(tools, join(dir, 'package'));
    assert.is(code, 1);
    assert.is(stdout, '');
  });
}

test.run();
