/** Every object that the golden cases and the examples end in, judged by a real API server: a dry run with strict field validation. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isGenerated, isProcessKind } from '../src/render/located.ts';
import type { Resource } from '../src/resource.ts';
import { kubernetesSchema as schema } from '../src/yaml/schema.ts';
import { namesOfCases } from './golden.ts';
import { examplesFolder, kustomizeFlags, openTools } from './real-tools.ts';
import type { KubeObject } from './testbed/api.ts';
import type { ControlPlane } from './testbed/control-plane.ts';
import { startControlPlane } from './testbed/control-plane.ts';
import { installCrd } from './testbed/discovery.ts';
import { dryRun } from './testbed/dry-run.ts';
import { installMonitoringCrds } from './testbed/monitoring-crds.ts';
import { root } from './testbed/parts.ts';

const test = suite<{ plane: ControlPlane }>('dry run');

test.before(async (context) => {
  context.plane = await startControlPlane();
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

async function refusals(plane: ControlPlane, objects: readonly Resource[]): Promise<string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    const verdict = await dryRun(plane, object as unknown as KubeObject);
    if (!verdict.accepted) refused.push(`${object.kind} ${JSON.stringify(object.metadata)}: ${verdict.status.message}`);
  }
  return refused;
}

const casesFolder = join(root, 'test/cases/render');
const goodCases = namesOfCases(casesFolder).filter((name) => !name.startsWith('bad-'));

/** The user's own items in the cases are odd on purpose; what the tool answers for are Processes and what it generated. */
function oursIn(name: string): Resource[] {
  const list = load(readFileSync(join(casesFolder, name, 'expected.yaml'), 'utf8'), { schema, json: true }) as { items: Resource[] };
  return list.items.filter((item) => isProcessKind(item) || isGenerated(item));
}

const ofTools = new Set(['Kptfile', 'Kustomization', 'ProcessRender']);

/** Patches and what they patch are judged as what they become. */
function objectsOfExample(name: string): Resource[] {
  return yamlFilesBelow(join(examplesFolder, name))
    .filter((file) => !file.includes('/overlays/'))
    .flatMap((file) => loadAll(readFileSync(file, 'utf8'), { schema }) as Resource[])
    .filter(({ kind }) => !ofTools.has(String(kind)));
}

function yamlFilesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const examples = readdirSync(examplesFolder).filter((name) => statSync(join(examplesFolder, name)).isDirectory() && name !== 'definitions');
const isClusterWide = ({ kind }: Resource) => kind === 'Namespace' || kind === 'CustomResourceDefinition';

// First, because a namespace or CRD that is there already cannot be created once more.
test('what is of the whole cluster', async ({ plane }) => {
  const objects = examples.flatMap(objectsOfExample).filter(isClusterWide);
  assert.ok(objects.length > 0);
  assert.equal(await refusals(plane, objects), []);
});

test('CRDs can be installed: ours, the Prometheus operator’s and those of the examples', async ({ plane }) => {
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await installMonitoringCrds(plane);
  for (const file of examples.flatMap((name) => yamlFilesBelow(join(examplesFolder, name)))) {
    if (!readFileSync(file, 'utf8').includes('kind: CustomResourceDefinition')) continue;
    const documents = loadAll(readFileSync(file, 'utf8')) as Resource[];
    const crds = documents.filter(({ kind }) => kind === 'CustomResourceDefinition');
    assert.is(crds.length, 1, relative(root, file));
    await installDocument(plane, crds[0]!);
  }
});

async function installDocument(plane: ControlPlane, crd: Resource): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-crd-'));
  try {
    writeFileSync(join(dir, 'crd.yaml'), JSON.stringify(crd));
    await installCrd(plane, join(dir, 'crd.yaml'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

for (const name of examples) {
  test(`example ${name}`, async ({ plane }) => {
    const objects = objectsOfExample(name).filter((object) => !isClusterWide(object));
    assert.ok(objects.length > 0 || name === 'overlays' || name === 'worker');
    assert.equal(await refusals(plane, objects), []);
  });
}

test('example overlays, built', async ({ plane }) => {
  const tools = await openTools();
  try {
    for (const overlay of ['staging', 'prod']) {
      const { code, stdout, stderr } = tools.run('kustomize', ['build', ...kustomizeFlags, join(examplesFolder, 'overlays', overlay)]);
      assert.is(code, 0, stderr);
      const objects = loadAll(stdout, { schema }) as Resource[];
      assert.is(objects.length, 3);
      assert.equal(await refusals(plane, objects), []);
    }
  } finally {
    tools.close();
  }
});

test('there are good cases, and each has an outcome', () => {
  assert.ok(goodCases.length > 20);
  for (const name of goodCases) assert.ok(existsSync(join(casesFolder, name, 'expected.yaml')), name);
});

for (const name of goodCases) {
  test(`case ${name}`, async ({ plane }) => assert.equal(await refusals(plane, oursIn(name)), []));
}

test('what is refused is refused: a Deployment of ours with a field that does not exist', async ({ plane }) => {
  const deployment = oursIn('recreate').find(({ kind }) => kind === 'Deployment')!;
  const [refused = ''] = await refusals(plane, [{ ...deployment, spec: { ...(deployment.spec as object), replica: 1 } }]);
  assert.match(refused, 'unknown field "spec.replica"');
});

test.run();
