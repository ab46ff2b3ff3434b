/** The live bed with an Argo CD that deploys to it, and teams whose Git it follows: one commits rendered manifests, one leaves that to the plugin. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { deploymentName, env } from '../../src/names.ts';
import { built, the } from '../deploy/built.ts';
import { type LiveBed, namespace, openLiveBed, processOf, temporalNamespace } from '../sidecar/live-bed.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import type { Application, ApplicationOptions, SeenApplication } from '../testbed/argo-cd/application.ts';
import { type ArgoCd, startArgoCd } from '../testbed/argo-cd/argo-cd.ts';
import { createRepository, type GitRepository } from '../testbed/argo-cd/git-repository.ts';
import { root } from '../testbed/parts.ts';
import { createPackage, type ProcessPackage } from '../testbed/process-package.ts';

/** `directory`: rendered manifests in Git, a plain directory to Argo CD. `plugin`: pins in Git, a kustomization for the plugin. */
export const forms = ['directory', 'plugin'] as const;
export type Form = (typeof forms)[number];

export interface ArgoBed extends Omit<LiveBed, 'team'> {
  readonly argo: ArgoCd;
  readonly client: Client;
  /** A team with a Git of its own; its Application is made with `deploy`. */
  newTeam(name: string, form: Form): Team;
  /** The level at which the workers of a Process log, as their Deployment has it. */
  logLevelOf(name: string): Promise<string>;
}

export interface Team {
  readonly name: string;
  readonly form: Form;
  readonly package: ProcessPackage;
  readonly git: GitRepository;
  /** Writes a Process, as a person does; `commit` pins and renders it. */
  write(process: KubeObject): void;
  /** Takes a Process with all that is its own out of the folder. */
  take(name: string): void;
  /** Pins, renders where the form wants it, commits, and has Argo CD look. Gives the revision. */
  commit(message: string): Promise<string>;
  /** Commits the folder as it is. */
  push(message: string): Promise<string>;
  deploy(options?: Partial<ApplicationOptions>): Promise<Application>;
  application(): Application;
  /** Commits, deploys where that was not done, and waits until these are Ready and guarded. Gives the revision. */
  untilDeployed(message: string, names: readonly string[]): Promise<string>;
}

export async function openArgoBed(): Promise<ArgoBed> {
  const bed = await openLiveBed();
  const stops: (() => unknown)[] = [() => bed.stop()];
  const stop = async () => {
    for (const one of stops) await one();
  };
  try {
    await apply(bed.plane, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
    const argo = await startArgoCd({
      plane: bed.plane,
      settings: the(await built('argocd'), 'ConfigMap', 'argocd-cm').data as Record<string, string>,
    });
    stops.unshift(() => argo.stop());
    const connection = await Connection.connect({ address: bed.temporal.address });
    stops.unshift(() => connection.close());
    const newTeam = (name: string, form: Form) => {
      const team = teamOf({ bed, argo, name, form });
      stops.push(
        () => team.package.remove(),
        () => team.git.remove(),
      );
      return team;
    };
    return {
      ...bed,
      argo,
      client: new Client({ connection, namespace: temporalNamespace }),
      newTeam,
      logLevelOf: (name) => logLevelOf(bed, name),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface TeamStart {
  readonly bed: LiveBed;
  readonly argo: ArgoCd;
  readonly name: string;
  readonly form: Form;
}

function teamOf({ bed, argo, name, form }: TeamStart): Team {
  const pkg = createPackage(bed.temporal.address);
  cpSync(join(root, 'examples/definitions'), join(dirname(pkg.dir), 'definitions'), { recursive: true });
  const git = createRepository();
  let deployed: Application | undefined;
  const push = async (message: string) => {
    publish(pkg.dir, join(git.dir, name), form);
    const revision = git.commit(message);
    await deployed?.refresh();
    return revision;
  };
  const team: Team = {
    name,
    form,
    package: pkg,
    git,
    write: (process) => pkg.write(`processes/${process.metadata.name}.yaml`, process),
    take: (process) => {
      for (const file of [`${process}.yaml`, `${process}.generated.yaml`]) rmSync(join(pkg.dir, file), { force: true });
    },
    commit: async (message) => {
      if (pkg.objects().length > 0) {
        pkg.run('pin');
        if (form === 'directory') pkg.run('render');
      }
      return push(message);
    },
    push,
    deploy: async (options = {}) => {
      const source = form === 'plugin' ? { plugin: { name: 'ameide-process' } } : { directory: {} };
      deployed = await argo.create({ name, url: git.url, path: name, namespace, source, ...options });
      return deployed;
    },
    application: () => {
      if (!deployed) throw new Error(`${name} is not deployed yet`);
      return deployed;
    },
    untilDeployed: async (message, names) => {
      const revision = await team.commit(message);
      const application = deployed ?? (await team.deploy());
      await application.untilHealthy(revision, 90_000);
      for (const one of names) await bed.statuses.untilSays(one, { Ready: /^True/, Guarded: /^True/, Reconciling: null });
      return revision;
    },
  };
  return team;
}

/** The folder as it is in Git; for the plugin with a kustomization, whose transformer is the function. */
function publish(from: string, to: string, form: Form): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).filter((name) => name !== 'process-render.yaml');
  for (const name of names) cpSync(join(from, name), join(to, name));
  const config = JSON.parse(readFileSync(join(from, 'process-render.yaml'), 'utf8')) as KubeObject;
  const annotations = { 'config.kubernetes.io/function': 'exec: {path: ameide-process}' };
  const metadata = { ...config.metadata, annotations };
  writeFileSync(join(to, 'process-render.yaml'), `# +argocd:skip-file-rendering\n${JSON.stringify({ ...config, metadata }, null, 1)}\n`);
  if (form === 'directory') return;
  const kustomization = { resources: names, transformers: ['process-render.yaml'] };
  if (!existsSync(join(to, 'kustomization.yaml'))) writeFileSync(join(to, 'kustomization.yaml'), yamlOf(kustomization));
}

/** Block style, as a person writes it: the plugin finds a folder by a line that says `transformers:`. */
function yamlOf(lists: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(lists)
    .map(([key, entries]) => `${key}:${entries.length > 0 ? entries.map((entry) => `\n- ${entry}`).join('') : ' []'}\n`)
    .join('');
}

/** The example worker, on a queue of its own. */
export function orders(name: string, change: object = {}): KubeObject {
  return processOf(name, change);
}

/** The names of a kind's live objects that belong to a Process, sorted. */
export async function liveNames(
  { plane }: Pick<ArgoBed, 'plane'>,
  kind: 'deployments' | 'configmaps' | 'processes',
  of: string,
): Promise<string[]> {
  const group = { deployments: '/apis/apps/v1', configmaps: '/api/v1', processes: '/apis/ameide.io/v1' }[kind];
  const { items } = (await demand(plane, 'GET', `${group}/namespaces/${namespace}/${kind}`)) as { items: KubeObject[] };
  const isIts = (object: KubeObject) =>
    kind === 'processes'
      ? object.metadata.name === of
      : (object.metadata.annotations as Record<string, string> | undefined)?.['ameide.io/generated-for'] === of;
  return items
    .filter(isIts)
    .map(({ metadata }) => metadata.name)
    .sort();
}

async function logLevelOf({ plane }: Pick<ArgoBed, 'plane'>, name: string): Promise<string> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deploymentName(name)}`;
  const { spec } = (await demand(plane, 'GET', path)) as {
    spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
  };
  return spec.template.spec.containers[0]!.env.find((one) => one.name === env.logLevel)?.value ?? '';
}

/** What an Application says of itself, in one text. */
export function said({ conditions, operation, resources }: SeenApplication): string {
  return [...conditions, operation, ...resources].join('\n');
}
