/** A real Argo CD for tests: its controller, repo-server and our config management plugin, deploying to a control plane that runs already. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../api.ts';
import { apply } from '../apply.ts';
import type { ControlPlane } from '../control-plane.ts';
import { installCrd } from '../discovery.ts';
import { withFreePorts } from '../free-ports.ts';
import { goModule } from '../go-module.ts';
import { part, root } from '../parts.ts';
import type { ServerProcess } from '../server-process.ts';
import { type Application, type ApplicationOptions, createApplication } from './application.ts';
import { startServers } from './servers.ts';

export interface ArgoCd {
  readonly servers: readonly ServerProcess[];
  /** Creates it; what it deploys stays when it is not deleted. */
  create(options: ApplicationOptions): Promise<Application>;
  stop(): Promise<void>;
}

export interface ArgoCdOptions {
  readonly plane: ControlPlane;
  /** More of `argocd-cm`, such as the health of a Process. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Where Go keeps its source: manifests and CRDs. */
export function argoCdModule(): Promise<string> {
  return goModule('github.com/argoproj/argo-cd/v3@v3.2.11');
}

/** Some three seconds. Throws with the servers' logs when one of them cannot start. */
export async function startArgoCd({ plane, settings = {} }: ArgoCdOptions): Promise<ArgoCd> {
  const module = await argoCdModule();
  for (const name of ['application', 'appproject', 'applicationset'])
    await installCrd(plane, join(module, `manifests/crds/${name}-crd.yaml`));
  await apply(plane, configuration(settings));
  const plugin = await pluginFolder(dirname(plane.kubeconfig));
  const servers = await withFreePorts(4, (ports) => startServers({ kubeconfig: plane.kubeconfig, plugin, ports }));
  return {
    servers,
    create: (options) => createApplication(plane, options),
    stop: async () => {
      for (const server of servers.toReversed()) await server.stop();
    },
  };
}

/** What Argo CD reads before it does anything. */
function configuration(settings: Readonly<Record<string, string>>): KubeObject[] {
  const object = (apiVersion: string, kind: string, name: string, rest: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd' } },
    ...rest,
  });
  const everything = [{ group: '*', kind: '*' }];
  return [
    object('v1', 'ConfigMap', 'argocd-cm', { data: settings }),
    object('v1', 'ConfigMap', 'argocd-rbac-cm', { data: {} }),
    object('v1', 'Secret', 'argocd-secret', { stringData: { 'server.secretkey': randomBytes(16).toString('hex') } }),
    object('v1', 'Secret', 'argocd-redis', { stringData: { auth: '' } }),
    object('argoproj.io/v1alpha1', 'AppProject', 'default', {
      spec: { sourceRepos: ['*'], destinations: [{ namespace: '*', server: '*' }], clusterResourceWhitelist: everything },
    }),
  ];
}

/** As the patch of the repo-server lays it out: the plugin's configuration, and on PATH its script, the function and Argo CD's kustomize. */
async function pluginFolder(scratch: string): Promise<{ config: string; path: string[] }> {
  const bin = join(scratch, 'plugin-bin');
  mkdirSync(bin, { recursive: true });
  const programs = {
    'ameide-process-generate': join(root, 'deploy/argocd/plugin/generate.sh'),
    'ameide-process': join(root, 'dist/ameide-process'),
    kustomize: await part('kustomize'),
  };
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(bin, name));
  return { config: join(root, 'deploy/argocd/plugin'), path: [bin, join(root, 'node_modules/.bin')] };
}
