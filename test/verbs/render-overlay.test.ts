import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyExamples, openTools, readTree, type Tools } from '../real-tools.ts';

const test = suite<{ tools: Tools }>('render and overlays');

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

test('an overlay is refused with the command that renders it, and keeps its definitions', ({ tools }) => {
  const dir = join(copyExamples(tools.scratch), 'overlays/prod');
  const before = readTree(dir);
  const { code, stdout, stderr } = tools.run('ameide-process', ['render', dir]);
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(stderr, `error PackageInvalid: ${dir}: is a kustomize overlay`);
  assert.match(stderr, `kustomize build --enable-alpha-plugins --enable-exec ${dir}`);
  assert.equal(readTree(dir), before);
});

test('overlays below the folder keep their definitions too', ({ tools }) => {
  const examples = copyExamples(tools.scratch);
  const before = readTree(join(examples, 'overlays'));
  const refused = tools.run('ameide-process', ['render', join(examples, 'overlays')]);
  assert.match(refused.stderr, 'error PinMissing: Process "l2o"');
  assert.equal(readTree(join(examples, 'overlays')), before);
  const config = join(examples, 'spec/process-render.yaml');
  const { code, stderr } = tools.run('ameide-process', ['render', '--fn-config', config, join(examples, 'overlays')]);
  assert.is(code, 0, stderr);
  const { 'base/l2o.yaml': _, 'base/l2o.generated.yaml': generated, ...others } = readTree(join(examples, 'overlays'));
  const { 'base/l2o.yaml': __, ...unchanged } = before;
  unchanged['base/kustomization.yaml'] += '- l2o.generated.yaml\n';
  assert.ok(generated);
  assert.equal(others, unchanged);
});

test('an example that is rendered is rendered', ({ tools }) => {
  const examples = copyExamples(tools.scratch);
  for (const name of ['spec', 'several', 'mixed', 'sub-packages', 'everything']) {
    const before = readTree(join(examples, name));
    const { code, stdout } = tools.run('ameide-process', ['render', join(examples, name)]);
    assert.is(code, 0);
    assert.match(stdout, 'nothing to change');
    assert.equal(readTree(join(examples, name)), before);
  }
});

test.run();
