/** What kustomizations around a rendered one really do to it, and what `verify --rendered` says of that. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fnConfigFile, kustomizeFlags, openTools, type Run, type Tools, writeFiles } from '../real-tools.ts';
import { renderedStream } from './rendered-stream.ts';

const test = suite<{ tools: Tools }>('verify/outer-kustomization');

test.before(async (context) => {
  context.tools = await openTools();
  writeFiles(context.tools.scratch, packageFiles());
});
test.after(({ tools }) => tools?.close());

/** A Process with two pins, its definitions, and the function that renders it. */
function packageFiles(): Record<string, string> {
  const [process, current, retained] = renderedStream();
  const { metadata, ...rest } = process as { metadata: { name: string; namespace: string } };
  const written = { ...rest, metadata: { name: metadata.name, namespace: metadata.namespace } };
  return {
    'inner/process.yaml': JSON.stringify(written),
    'inner/definitions.yaml': `${JSON.stringify(current)}\n---\n${JSON.stringify(retained)}\n`,
    'inner/render.yaml': fnConfigFile({}),
    'inner/kustomization.yaml': JSON.stringify({ resources: ['process.yaml', 'definitions.yaml'], transformers: ['render.yaml'] }),
  };
}

function build(tools: Tools, name: string, kustomization: object, flags: readonly string[] = kustomizeFlags): Run {
  const dir = join(tools.scratch, name);
  writeFiles(dir, { 'kustomization.yaml': JSON.stringify({ resources: ['../inner'], ...kustomization }) });
  const built = tools.run('kustomize', ['build', ...flags, dir]);
  assert.is(built.code, 0, built.stderr);
  return built;
}

function verify(tools: Tools, input: string, ...more: string[]): Run {
  return tools.run('ameide-process', ['verify', '--rendered', '-', ...more], { input });
}

const patch = (kind: string, ...operations: object[]) => ({ patches: [{ target: { kind }, patch: JSON.stringify(operations) }] });
const add = (path: string, value: unknown) => ({ op: 'add', path, value });
const container = '/spec/template/spec/containers/0';

const harmless: Record<string, object> = {
  nothing: {},
  'another namespace': { namespace: 'elsewhere' },
  'labels without selectors': { labels: [{ pairs: { team: 'sales' } }] },
  'labels on templates': { labels: [{ pairs: { team: 'sales' }, includeTemplates: true }] },
  annotations: { commonAnnotations: { note: 'x' } },
  replicas: { replicas: [{ name: 'l2o-process', count: 9 }] },
  'a variable and resources': patch(
    'Deployment',
    add(`${container}/env/-`, { name: 'MINE', value: 'x' }),
    add(`${container}/resources`, { requests: { cpu: '1' } }),
  ),
  'a ConfigMap that is generated': { configMapGenerator: [{ name: 'mine', literals: ['a=b'] }] },
};

for (const [what, kustomization] of Object.entries(harmless)) {
  test(`passes: ${what}`, ({ tools }) => {
    const { code, stdout, stderr } = verify(tools, build(tools, 'outer', kustomization).stdout);
    assert.is(stderr, '');
    assert.match(stdout, 'PASS: 1 Process, nothing wrong');
    assert.is(code, 0);
  });
}

const broken: Record<string, [kustomization: object, ...lines: RegExp[]]> = {
  'a prefix': [{ namePrefix: 'prod-' }, /^error RenderBroken: Process "sales\/prod-l2o" metadata\.name: was rendered as "l2o"/],
  'a suffix': [{ nameSuffix: '-eu' }, /^error RenderBroken: Process "sales\/l2o-eu" metadata\.name: was rendered as "l2o"/],
  'a prefix, a suffix and a namespace': [
    { namePrefix: 'a-', nameSuffix: '-b', namespace: 'n' },
    /^error RenderBroken: Process "n\/a-l2o-b" metadata\.name/,
  ],
  'labels with selectors': [
    { labels: [{ pairs: { team: 'sales' }, includeSelectors: true }] },
    /^error RenderBroken: Deployment "sales\/l2o-process" spec\.selector: .*includeSelectors/,
  ],
  commonLabels: [{ commonLabels: { team: 'sales' } }, /^error RenderBroken: Deployment "sales\/l2o-process" spec\.selector/],
  images: [
    { images: [{ name: 'ghcr.io/ameide/l2o-process', newTag: '9.9.9' }] },
    /^error RenderBroken: Deployment .*\.image: is "ghcr\.io\/ameide\/l2o-process:9\.9\.9", the Process says "ghcr\.io\/ameide\/l2o-process:0\.7\.0"/,
  ],
  'a patch of the Process': [
    patch('Process', { op: 'replace', path: '/spec/temporal/taskQueue', value: 'other' }),
    /^error RenderBroken: Process "sales\/l2o" metadata\.annotations\[ameide\.io\/rendered-from\]: the spec was changed after the render/,
    /^error RenderBroken: Deployment .* spec\.selector/,
    /^error RenderBroken: Deployment .*labels\[ameide\.io\/queue\]/,
    /^error RenderBroken: Deployment .*env\[name=TASK_QUEUE\]: is "l2o-tq", the Process implies "other"/,
    /^error RenderBroken: Deployment .*env\[name=TEMPORAL_TASK_QUEUE\]/,
  ],
  'a patch of the bytes': [
    patch('ConfigMap', { op: 'replace', path: '/data/definition.json', value: '{}' }),
    /^error ChecksumMismatch: Process "sales\/l2o" spec\.definitionRef\.pin: /,
    /^error ChecksumMismatch: Process "sales\/l2o" spec\.definitionRef\.retained\[0\]: /,
  ],
  'a patch that takes the Process away': [
    {
      patches: [
        {
          patch: JSON.stringify({
            apiVersion: 'ameide.io/v1',
            kind: 'Process',
            metadata: { name: 'l2o', namespace: 'sales' },
            $patch: 'delete',
          }),
        },
      ],
    },
    /^error RenderBroken: ConfigMap .* was generated for Process "l2o", which is not in the stream/,
    /^error RenderBroken: ConfigMap /,
    /^error RenderBroken: Deployment .* was generated for Process "l2o"/,
    /^info PackageInvalid: stdin: holds no Process/,
  ],
  'a patch that takes the Deployment away': [
    {
      patches: [
        {
          patch: JSON.stringify({
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'l2o-process', namespace: 'sales' },
            $patch: 'delete',
          }),
        },
      ],
    },
    /^error NotRendered: Process "sales\/l2o": no worker Deployment/,
  ],
};

for (const [what, [kustomization, ...lines]] of Object.entries(broken)) {
  test(`fails: ${what}`, ({ tools }) => {
    const { code, stdout, stderr } = verify(tools, build(tools, 'outer', kustomization).stdout);
    const found = stderr.trimEnd().split('\n');
    assert.is(code, 1);
    assert.match(stdout, 'FAIL: ');
    assert.is(found.length, lines.length, stderr);
    for (const line of lines)
      assert.ok(
        found.some((one) => line.test(one)),
        `${line} is not in\n${stderr}`,
      );
  });
}

test('the function is skipped when kustomize may not run programs: said, with the way out', ({ tools }) => {
  const { code, stdout, stderr } = verify(tools, build(tools, 'outer', {}, ['--enable-alpha-plugins']).stdout);
  assert.is(code, 1);
  assert.match(stdout, /l2o +PASS +PASS +PASS +FAIL +- +- +- +- +-/);
  assert.match(stderr, /^error NotRendered: Process "sales\/l2o": .*--enable-alpha-plugins --enable-exec/);
  assert.is(stderr.trimEnd().split('\n').length, 1);
});

test('skipped in an overlay with a prefix: still one finding, and no orphans', ({ tools }) => {
  const { code, stderr } = verify(tools, build(tools, 'outer', { namePrefix: 'prod-' }, ['--enable-alpha-plugins']).stdout);
  assert.is(code, 1);
  assert.match(stderr, /^error NotRendered: Process "sales\/prod-l2o"[^\n]*\n$/);
});

test('a build that failed and wrote nothing does not pass', ({ tools }) => {
  const { code, stderr } = verify(tools, tools.run('kustomize', ['build', tools.scratch]).stdout);
  assert.is(code, 1);
  assert.match(stderr, 'holds no objects at all');
});

test('a stream without a Process passes with a remark, and fails with --require-process', ({ tools }) => {
  const input = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine}\n';
  const relaxed = verify(tools, input);
  assert.is(relaxed.code, 0);
  assert.match(relaxed.stderr, /^info PackageInvalid: stdin: holds no Process/);
  const strict = verify(tools, input, '--require-process');
  assert.is(strict.code, 1);
  assert.match(strict.stderr, /^error PackageInvalid: stdin: holds no Process/);
});

test('what the function itself writes, a ResourceList, is verified as well', ({ tools }) => {
  const items = renderedStream((seen) => seen.items.splice(3));
  const input = JSON.stringify({ apiVersion: 'config.kubernetes.io/v1', kind: 'ResourceList', items });
  const rendered = tools.run('ameide-process', [], { input });
  assert.is(rendered.code, 0, rendered.stderr);
  assert.is(verify(tools, rendered.stdout).code, 0);
  assert.is(verify(tools, input).code, 1);
});

test('an empty list of retained pins is none', ({ tools }) => {
  const files = packageFiles();
  const process = JSON.parse(files['inner/process.yaml']!);
  process.spec.definitionRef.retained = [];
  writeFiles(join(tools.scratch, 'none'), {
    'process.yaml': JSON.stringify(process),
    'definitions.yaml': files['inner/definitions.yaml']!.split('---\n')[0]!,
    'render.yaml': fnConfigFile({}),
    'kustomization.yaml': files['inner/kustomization.yaml']!,
  });
  const built = tools.run('kustomize', ['build', ...kustomizeFlags, join(tools.scratch, 'none')]);
  assert.is(built.code, 0, built.stderr);
  const { code, stderr } = verify(tools, built.stdout);
  assert.is(stderr, '');
  assert.is(code, 0);
});

test('-o json has the shape of the platform’s verify', ({ tools }) => {
  const { stdout } = build(tools, 'outer', { images: [{ name: 'ghcr.io/ameide/l2o-process', newTag: '9.9.9' }] });
  for (const flags of [['-o', 'json'], ['--json']]) {
    const verified = verify(tools, stdout, ...flags);
    const report = JSON.parse(verified.stdout);
    assert.is(verified.code, 1);
    assert.is(report.summary, 'FAIL: 1 error in 1 Process');
    const states = report.checks.map(
      ({ check, status }: { check: string; status: string }) => `${check} ${status.replace('CHECK_STATUS_', '')}`,
    );
    assert.equal(states, [
      'valid PASS',
      'pinned PASS',
      'definition PASS',
      'workers PASS',
      'spec PASS',
      'image FAIL',
      'rollout PASS',
      'selector PASS',
      'env PASS',
      'mount PASS',
      'secrets PASS',
      'schedules PASS',
      'rights PASS',
      'guard PASS',
      'owned PASS',
      'unique PASS',
    ]);
    const { issues, message } = report.checks.find(({ check }: { check: string }) => check === 'image');
    assert.is(message, '0 of 1 Process pass');
    assert.is(issues.length, 1);
    const [{ resource, field, expected, actual }] = issues;
    assert.equal(
      { resource, field, expected, actual },
      {
        resource: 'Deployment/sales/l2o-process',
        field: 'spec.template.spec.containers[name=worker].image',
        expected: 'ghcr.io/ameide/l2o-process:0.7.0',
        actual: 'ghcr.io/ameide/l2o-process:9.9.9',
      },
    );
    assert.equal(report.next_steps, ['RenderBroken: Make the change before the function runs, or remove it.']);
    assert.is(report.findings[0].tags.reason, 'RenderBroken');
  }
});

test.run();
