/** What deploy/argocd adds to Argo CD is accepted by a real API server: the plugin, on Argo CD's own manifests, and the example Applications. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { version } from '../../src/names.ts';
import type { KubeObject } from '../testbed/api.ts';
import { argoCdModule } from '../testbed/argo-cd/argo-cd.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { dryRun } from '../testbed/dry-run.ts';
import { root } from '../testbed/parts.ts';
import { built, deployFolder, the } from './built.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
}

const test = suite<{ plane: ControlPlane; module: string; objects: KubeObject[] }>("Argo CD's plugin in deploy/");

test.before(async (context) => {
  context.module = await argoCdModule();
  context.plane = await startControlPlane();
  context.objects = await withPlugin(context.module);
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

/** Argo CD's repo-server as its authors deploy it, with our component. */
async function withPlugin(module: string): Promise<KubeObject[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-argocd-'));
  try {
    cpSync(join(module, 'manifests/base/repo-server'), join(scratch, 'repo-server'), { recursive: true });
    cpSync(join(deployFolder, 'argocd/plugin'), join(scratch, 'plugin'), { recursive: true });
    const images = [
      { name: 'ameide-process', newName: 'platform/ameide-process', newTag: '1' },
      { name: 'quay.io/argoproj/argocd', newName: 'platform/argocd', newTag: '2' },
    ];
    const kustomization = { namespace: 'argocd', resources: ['repo-server'], components: ['plugin'], images };
    writeFileSync(join(scratch, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await built(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function podOf(objects: readonly KubeObject[]): PodSpec {
  return (the(objects, 'Deployment', 'argocd-repo-server').spec as { template: { spec: PodSpec } }).template.spec;
}

test("it is accepted on Argo CD's own manifests, each field known", async ({ plane, objects }) => {
  for (const object of objects) assert.equal(await dryRun(plane, object), { accepted: true }, `${object.kind} ${object.metadata.name}`);
});

test('it adds one container and takes nothing away; the images can be named from outside', ({ objects }) => {
  const { containers, initContainers } = podOf(objects);
  const images = (list: readonly Container[]) => Object.fromEntries(list.map(({ name, image }) => [name, image]));
  assert.equal(images(containers), { 'ameide-process': 'platform/ameide-process:1', 'argocd-repo-server': 'platform/argocd:2' });
  assert.equal(images(initContainers), { 'ameide-process-kustomize': 'platform/argocd:2', copyutil: 'platform/argocd:2' });
});

test('on its PATH is the function where the image has it, the script where it is mounted, kustomize where it was copied to', ({
  objects,
}) => {
  const { containers, initContainers } = podOf(objects);
  const plugin = containers.find(({ name }) => name === 'ameide-process')!;
  const folders = plugin.env.find(({ name }) => name === 'PATH')!.value.split(':');
  const mounted = Object.fromEntries(plugin.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
  const home = /COPY --from=build \/ameide-process\/dist (\S+)/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))![1]!;
  assert.equal(folders.slice(0, 3), [home, mounted['ameide-process-plugin'], mounted['ameide-process-bin']]);
  assert.is(mounted['ameide-process-plugin'], '/home/argocd/cmp-server/config');
  const copied = initContainers.find(({ name }) => name === 'ameide-process-kustomize')!;
  assert.is(copied.command.at(-1), `${copied.volumeMounts[0]!.mountPath}/kustomize`);
  const configMap = objects.find(({ kind }) => kind === 'ConfigMap')!.data as Record<string, string>;
  const { spec } = load(configMap['plugin.yaml']!) as { spec: { generate: { command: string[] } } };
  assert.ok(spec.generate.command[0]! in configMap, Object.keys(configMap).join());
});

test('the image is of this version', () => {
  assert.match(readFileSync(join(deployFolder, 'argocd/plugin/repo-server.yaml'), 'utf8'), `image: ameide-process:${version}\n`);
});

test('the example Applications are accepted, and prune', async ({ plane, module }) => {
  await installCrd(plane, join(module, 'manifests/crds/application-crd.yaml'));
  const folder = join(deployFolder, 'argocd/applications');
  const applications = readdirSync(folder).flatMap((file) => loadAll(readFileSync(join(folder, file), 'utf8')) as KubeObject[]);
  assert.is(applications.length, 2);
  for (const application of applications) {
    assert.equal(await dryRun(plane, application), { accepted: true }, application.metadata.name);
    const { syncPolicy } = application.spec as { syncPolicy: { automated: object; syncOptions?: unknown } };
    assert.equal([syncPolicy.automated, syncPolicy.syncOptions], [{ prune: true, allowEmpty: true }, undefined]);
  }
});

test.run();
