/** What is in deploy/ is built by kustomize and accepted by a real API server; the parts agree with each other and with the defaults. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFnConfig } from '../../src/fn-config.ts';
import { version } from '../../src/names.ts';
import type { KubeObject } from '../testbed/api.ts';
import { demand } from '../testbed/api.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { dryRun } from '../testbed/dry-run.ts';
import { installMonitoringCrds } from '../testbed/monitoring-crds.ts';
import { root } from '../testbed/parts.ts';
import { built, deployFolder, deployFolders, the } from './built.ts';

const test = suite<{ plane: ControlPlane; scratch: string }>('manifests in deploy/');

test.before(async (context) => {
  context.scratch = mkdtempSync(join(tmpdir(), 'ameide-deploy-'));
  context.plane = await startControlPlane();
  await installMonitoringCrds(context.plane);
});
test.after(async ({ plane, scratch }) => {
  await plane?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('there are folders to build', () => {
  const wanted = ['admission', 'cluster-wide', 'crd', 'monitoring', 'several-namespaces', 'sidecar', 'watched-namespace'];
  assert.equal(
    wanted.filter((folder) => !deployFolders().includes(folder)),
    [],
  );
});

for (const folder of deployFolders()) {
  test(`${folder} is accepted, each field known`, async ({ plane }) => {
    const objects = await built(folder);
    assert.ok(objects.length > 0);
    const verdicts = await Promise.all(objects.map(async (object) => ({ object, verdict: await dryRun(plane, object) })));
    const refused = verdicts.flatMap(({ object, verdict }) => (verdict.accepted ? [] : [`${object.kind}: ${verdict.status.message}`]));
    assert.equal(refused, []);
  });
}

test('the CRD is served as it is built', async ({ plane, scratch }) => {
  writeFileSync(join(scratch, 'crd.json'), JSON.stringify((await built('crd'))[0]));
  await installCrd(plane, join(scratch, 'crd.json'));
});

test('the pods are what the strictest Pod Security Standard allows', async ({ plane }) => {
  const objects = await built('sidecar');
  const namespace = 'restricted';
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await demand(plane, 'POST', '/api/v1/namespaces', { metadata: { name: namespace, labels } });
  const account = the(objects, 'ServiceAccount', 'ameide-process');
  await demand(plane, 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { ...account, metadata: { name: account.metadata.name } });
  const deployment = the(objects, 'Deployment', 'ameide-process');
  const { spec } = (deployment.spec as { template: { spec: object } }).template;
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sidecar', namespace }, spec };
  assert.equal(await dryRun(plane, pod), { accepted: true });
  const loose = await dryRun(plane, { ...pod, spec: { ...spec, hostNetwork: true } });
  assert.match(loose.accepted ? '' : loose.status.message, 'violates PodSecurity');
});

test('the service account is the one for which Processes are rendered', async () => {
  const parsed = parseFnConfig(undefined);
  assert.ok('config' in parsed);
  const { namespace, serviceAccountName } = parsed.config.sidecar;
  for (const folder of ['sidecar', 'several-namespaces', 'cluster-wide', 'watched-namespace']) {
    for (const [name, subjects] of subjectsOf(await built(folder))) {
      assert.equal(subjects, [{ kind: 'ServiceAccount', name: serviceAccountName, namespace }], `${folder}: ${name}`);
    }
  }
});

test('cluster-wide has the rights of one namespace in all of them, and nothing else is new', async () => {
  const [base, wide] = [await built('sidecar'), await built('cluster-wide')];
  const { rules } = the(base, 'Role', 'ameide-process-watch');
  const role = the(wide, 'ClusterRole', 'ameide-process-watch');
  const binding = the(wide, 'ClusterRoleBinding', 'ameide-process-watch');
  assert.equal(role.rules, rules);
  assert.equal(binding.roleRef, { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'ameide-process-watch' });
  assert.equal([role.metadata.namespace, binding.metadata.namespace], [undefined, undefined]);
  const narrowed = namesOf(wide).map((name) => name.replace(/^Cluster(Role.*) undefined\//, '$1 ameide-system/'));
  assert.equal(narrowed.sort(), namesOf(base));
});

test('several namespaces: the rights are in those that are watched, and nowhere else', async () => {
  const objects = await built('several-namespaces');
  const args = argsOf(objects).flatMap((arg) => (arg.startsWith('--namespace=') ? [arg.replace('--namespace=', '')] : []));
  for (const kind of ['Role', 'RoleBinding']) {
    const found = objects.filter((object) => object.kind === kind && object.metadata.name === 'ameide-process-watch');
    assert.equal(
      found.map(({ metadata }) => metadata.namespace),
      args,
    );
  }
});

test('in another namespace everything follows, and the Lease keeps its name', async ({ scratch }) => {
  mkdirSync(join(scratch, 'elsewhere'));
  const base = relative(join(scratch, 'elsewhere'), join(deployFolder, 'sidecar'));
  writeFileSync(join(scratch, 'elsewhere/kustomization.yaml'), JSON.stringify({ namespace: 'elsewhere', resources: [base] }));
  const objects = await built(join(scratch, 'elsewhere'));
  assert.equal([...new Set(objects.map(({ metadata }) => metadata.namespace))], ['elsewhere']);
  for (const [name, subjects] of subjectsOf(objects)) assert.is(subjects[0]!.namespace, 'elsewhere', name);
  const { rules } = the(objects, 'Role', 'ameide-process-leader') as unknown as { rules: { resourceNames?: string[] }[] };
  assert.equal(
    rules.flatMap(({ resourceNames = [] }) => resourceNames),
    ['ameide-process'],
  );
});

test('README.md tells of every folder, and applies only what is there', () => {
  const readme = readFileSync(join(deployFolder, 'README.md'), 'utf8');
  const told = [...readme.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, folder]) => folder!);
  const folders = deployFolders();
  assert.equal(told.sort(), [...new Set(folders.map((folder) => folder.split('/')[0]!))]);
  const applied = [...readme.matchAll(/^kubectl apply .*-k deploy\/(\S+)$/gm)].map(([, folder]) => folder!);
  assert.ok(applied.length > 3);
  for (const folder of applied) assert.ok(folders.includes(folder), folder);
});

test('it is started as the verb wants to be: each argument is known, the image is of this version', async () => {
  for (const folder of ['sidecar', 'several-namespaces', 'cluster-wide']) {
    const objects = await built(folder);
    const { status, stderr } = start(argsOf(objects));
    assert.is(status, 1, stderr);
    assert.match(stderr, 'ClusterUnusable');
    assert.is(containerOf(objects).image, `ameide-process:${version}`);
  }
  assert.equal(argsOf(await built('cluster-wide')), ['sidecar', '--all-namespaces']);
  assert.is(start(['sidecar', '--no-such-thing']).status, 2);
});

/** It gets as far as a cluster that is not there. */
function start(args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, [join(root, 'dist/ameide-process'), ...args, '--kubeconfig', '/no/such/file'], { encoding: 'utf8' });
}

function containerOf(objects: readonly KubeObject[]): { readonly args: string[]; readonly image: string } {
  const { spec } = the(objects, 'Deployment', 'ameide-process') as unknown as { spec: { template: { spec: { containers: [never] } } } };
  return spec.template.spec.containers[0];
}

function argsOf(objects: readonly KubeObject[]): string[] {
  return containerOf(objects).args;
}

function subjectsOf(objects: readonly KubeObject[]): [name: string, subjects: { namespace: string }[]][] {
  const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
  assert.ok(bindings.length > 0);
  return bindings.map(({ metadata, subjects }) => [metadata.name, subjects as { namespace: string }[]]);
}

function namesOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();
}

test.run();
