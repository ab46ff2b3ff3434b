/** Where is looked, and for what: the collections of the API server that are listed, and watched. Pure. */
import { deploymentName, processApiVersion, processKind, processLabel, selectorLabel } from '../names.ts';
import { type Resource, valueAt } from '../resource.ts';

/** A Process as a person names it. */
export interface Asked {
  readonly name: string;
  /** Absent: whichever has the name. */
  readonly namespace?: string;
}

export interface Scope {
  /** Undefined: all namespaces. */
  readonly namespaces: readonly string[] | undefined;
  /** Empty: all Processes. */
  readonly asked: readonly Asked[];
}

export interface Collection {
  /** Plural name. */
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  /** Of what the selectors give; absent: all of it. */
  readonly isOurs?: (object: Resource) => boolean;
}

/** What a verification looks at in each namespace. Who asks for one Process reads nothing of the others. */
export function collectionsOf({ asked }: Scope): Collection[] {
  const [only, ...others] = asked;
  const isOne = only !== undefined && others.length === 0;
  const labelSelector = isOne ? `${selectorLabel.process}=${processLabel(only.name)}` : selectorLabel.process;
  const fieldSelector = isOne ? `metadata.name=${only.name}` : undefined;
  return [
    { resource: 'processes', apiVersion: processApiVersion, kind: processKind, labelSelector: undefined, fieldSelector },
    { resource: 'deployments', apiVersion: 'apps/v1', kind: 'Deployment', labelSelector, fieldSelector: undefined },
    { resource: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', labelSelector, fieldSelector: undefined },
    { resource: 'pods', apiVersion: 'v1', kind: 'Pod', labelSelector, fieldSelector: undefined },
  ];
}

/** Only where a Process has checks or cleanups: others need no right to it. */
export function cronJobsOf(scope: Scope): Collection {
  const { labelSelector } = collectionsOf(scope).find(({ resource }) => resource === 'deployments')!;
  return { resource: 'cronjobs', apiVersion: 'batch/v1', kind: 'CronJob', labelSelector, fieldSelector: undefined };
}

/** What tells of many Processes at a glance: themselves, that is their statuses. */
export const processesAlone: readonly Collection[] = [
  { resource: 'processes', apiVersion: processApiVersion, kind: processKind, labelSelector: undefined, fieldSelector: undefined },
];

/** What tells everything of one Process, without the definitions' bytes: with what happened to it and its workers. */
export function collectionsAbout(asked: Asked): Collection[] {
  const isOurs = (event: Resource) =>
    isAbout(asked.name, valueAt(event, 'involvedObject', 'kind'), valueAt(event, 'involvedObject', 'name'));
  return [
    ...collectionsOf({ namespaces: undefined, asked: [asked] }).filter(({ resource }) => resource !== 'configmaps'),
    { resource: 'events', apiVersion: 'v1', kind: 'Event', labelSelector: undefined, fieldSelector: undefined, isOurs },
  ];
}

/** Pods and ReplicaSets are named after their Deployment, a canary after the stable one; and Events about them outlive them. */
function isAbout(process: string, kind: unknown, name: unknown): boolean {
  if (typeof name !== 'string') return false;
  if (kind === processKind) return name === process;
  const deployment = deploymentName(process);
  const isOurKind = kind === 'Deployment' || kind === 'ReplicaSet' || kind === 'Pod';
  return isOurKind && (name === deployment || name.startsWith(`${deployment}-`));
}

export function pathOf({ resource, apiVersion }: Pick<Collection, 'resource' | 'apiVersion'>, namespace: string | undefined): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${base}/${resource}` : `${base}/namespaces/${namespace}/${resource}`;
}

/** In words. */
export function wordsFor({ namespaces }: Scope): string {
  if (namespaces === undefined) return 'any namespace';
  return `namespace ${namespaces.map((name) => `"${name}"`).join(' or ')}`;
}
