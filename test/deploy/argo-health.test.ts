/** The health of a Process in Argo CD: every testdata file through Argo CD's own engine, with the ConfigMap that kustomize builds. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseProcess } from '../../src/process.ts';
import type { Resource } from '../../src/resource.ts';
import { part } from '../testbed/parts.ts';
import { built, deployFolder } from './built.ts';
import { healthFolder, testdata } from './health-testdata.ts';

interface HealthTest {
  readonly inputPath: string;
  readonly healthStatus: { readonly status: string; readonly message: string };
}

const { tests } = load(readFileSync(join(healthFolder, 'health_test.yaml'), 'utf8')) as { tests: HealthTest[] };
const test = suite<{ engine: string; scratch: string; configMap: string }>('health in Argo CD');

test.before(async (context) => {
  context.engine = await part('argocd');
  context.scratch = mkdtempSync(join(tmpdir(), 'ameide-health-'));
  context.configMap = join(context.scratch, 'argocd-cm.json');
  writeFileSync(context.configMap, JSON.stringify((await built('argocd'))[0]));
});
test.after(({ scratch }) => rmSync(scratch, { recursive: true, force: true }));

test('each testdata file is tested, and is a Process', () => {
  const files = testdata().map(({ file }) => `testdata/${file}`);
  assert.ok(files.length > 10);
  assert.equal(tests.map(({ inputPath }) => inputPath).sort(), files);
  for (const { file, object } of testdata()) assert.ok('process' in parseProcess(object), file);
});

for (const { inputPath, healthStatus } of tests) {
  test(inputPath, async (context) => {
    const file = join(healthFolder, inputPath);
    assert.match(inputPath, new RegExp(`^testdata/${healthStatus.status.toLowerCase()}_`), 'the name of a file says what it is');
    assert.equal(await healthOf(file, context), healthStatus);
  });
}

test('a condition without reason and message, and a status without conditions', async (context) => {
  const { object } = testdata()[0]!;
  const bare = (status: object) => healthOf(write(context.scratch, { ...object, status }), context);
  const waiting = { status: 'Progressing', message: 'waiting for the sidecar to look at this Process' };
  assert.equal(await bare({ observedGeneration: 2 }), waiting);
  assert.equal(await bare({ observedGeneration: 2, conditions: [] }), waiting);
  const conditions = [{ type: 'Ready', status: 'Unknown' }];
  assert.equal(await bare({ observedGeneration: 2, conditions }), { status: 'Degraded', message: 'Ready' });
});

test("in Argo CD's ConfigMap there is this one key, and the label without which it is not read", async () => {
  const objects = await built('argocd');
  const script = readFileSync(join(deployFolder, 'argocd/resource_customizations/ameide.io/Process/health.lua'), 'utf8');
  assert.equal(objects, [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cm', namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
      data: { 'resource.customizations.health.ameide.io_Process': script },
    },
  ]);
});

function write(dir: string, object: Resource): string {
  const file = join(dir, 'object.json');
  writeFileSync(file, JSON.stringify(object));
  return file;
}

async function healthOf(file: string, { engine, configMap }: { engine: string; configMap: string }): Promise<HealthTest['healthStatus']> {
  const args = ['admin', 'settings', 'resource-overrides', 'health', file, '--argocd-cm-path', configMap];
  const { stdout, stderr } = await promisify(execFile)(engine, args, { env: { ...process.env, ARGOCD_BINARY_NAME: 'argocd' } });
  const said = /^STATUS: (.*)\nMESSAGE: (.*)\n$/.exec(stdout);
  if (!said) throw new Error(`Argo CD said neither status nor message: ${stdout}${stderr}`);
  return { status: said[1]!, message: said[2]! };
}

test.run();
