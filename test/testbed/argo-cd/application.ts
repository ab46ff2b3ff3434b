/** One Application of Argo CD: created, asked to look at Git again, read, waited for, deleted. */
import { demand, type KubeObject, request, type Server } from '../api.ts';
import { until } from '../until.ts';

export interface ApplicationOptions {
  readonly name: string;
  readonly url: string;
  readonly path: string;
  /** The namespace that it deploys to. */
  readonly namespace: string;
  /** More of `spec.source`: `{ plugin: { name } }`, or `{ directory: {} }`. */
  readonly source?: object;
  /** `spec.syncPolicy`. Default: as our example Applications have it. */
  readonly syncPolicy?: object;
}

export interface SeenApplication {
  /** The revision that was compared with the cluster last. */
  readonly revision: string;
  readonly sync: string;
  readonly health: string;
  /** `SyncError: …` */
  readonly conditions: readonly string[];
  /** `Running: waiting for …` */
  readonly operation: string;
  /** `Process/l2o: Synced Healthy`, and of failed ones what the sync said. */
  readonly resources: readonly string[];
}

export interface Application {
  readonly name: string;
  read(): Promise<SeenApplication | undefined>;
  /** Asks Git now, instead of at the next turn. */
  refresh(): Promise<void>;
  /** The first state that is so. Throws with the last one seen. */
  until(what: string, isSo: (seen: SeenApplication) => boolean, limitMs?: number): Promise<SeenApplication>;
  /** Synced with this revision, no operation runs any more, and Healthy. */
  untilHealthy(revision: string, limitMs?: number): Promise<SeenApplication>;
  /** Resolves when it is marked as deleted; with `untilGone` when it is gone. */
  delete(): Promise<void>;
  untilGone(limitMs?: number): Promise<void>;
}

const collection = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
/** With `refresh` a sync that fails is tried again with the latest commit, and not five times with the one that cannot work. */
const automated = {
  automated: { prune: true, allowEmpty: true },
  retry: { limit: 5, refresh: true, backoff: { duration: '2s', factor: 2, maxDuration: '10s' } },
};
const finalizers = ['resources-finalizer.argocd.argoproj.io'];

export async function createApplication(server: Server, options: ApplicationOptions): Promise<Application> {
  const { name, url, path, namespace, source = {}, syncPolicy = automated } = options;
  const spec = {
    project: 'default',
    source: { repoURL: url, targetRevision: 'main', path, ...source },
    destination: { server: 'https://kubernetes.default.svc', namespace },
    syncPolicy,
  };
  await demand(server, 'POST', collection, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, finalizers },
    spec,
  });
  return applicationOf(server, name);
}

function applicationOf(server: Server, name: string): Application {
  const item = `${collection}/${name}`;
  const read = async () => {
    const { code, body } = await request(server, 'GET', item);
    return code === 200 ? seen(body as LiveApplication) : undefined;
  };
  const wait: Application['until'] = async (what, isSo, limitMs = 60_000) => {
    const found = await until({ what: `Application ${name}: ${what}`, look: read, isSo: (now) => now !== undefined && isSo(now), limitMs });
    return found!;
  };
  return {
    name,
    read,
    refresh: async () => {
      await demand(server, 'PATCH', item, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } });
    },
    until: wait,
    untilHealthy: (revision, limitMs) =>
      wait(`${revision} Synced and Healthy`, (now) => isDone(now, revision) && now.health === 'Healthy', limitMs),
    delete: async () => {
      await demand(server, 'DELETE', item);
    },
    untilGone: async (limitMs = 60_000) => {
      await until({ what: `Application ${name} to be gone`, look: read, isSo: (now) => now === undefined, limitMs });
    },
  };
}

/** The cluster is as this revision says, and no operation runs. A revision that changes nothing has no operation. */
export function isDone({ sync, revision, operation }: SeenApplication, wanted: string): boolean {
  return sync === 'Synced' && revision === wanted && !operation.startsWith('Running');
}

interface LiveApplication extends KubeObject {
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: {
      readonly phase: string;
      readonly message?: string;
      readonly syncResult?: { readonly resources?: readonly Result[] };
    };
    readonly resources?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly status?: string;
      readonly health?: { readonly status?: string };
    }[];
  };
}

interface Result {
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

function seen({ status = {} }: LiveApplication): SeenApplication {
  const { sync, health, conditions = [], operationState, resources = [] } = status;
  const failed = (operationState?.syncResult?.resources ?? []).filter((one) => one.status === 'SyncFailed');
  return {
    revision: sync?.revision ?? '',
    sync: sync?.status ?? '',
    health: health?.status ?? '',
    conditions: conditions.map(({ type, message }) => `${type}: ${message}`),
    operation: operationState ? `${operationState.phase}: ${operationState.message ?? ''}` : '',
    resources: [
      ...resources.map((one) => `${one.kind}/${one.name}: ${one.status ?? ''} ${one.health?.status ?? ''}`.trimEnd()),
      ...failed.map((one) => `${one.kind}/${one.name}: SyncFailed ${one.message ?? ''}`),
    ],
  };
}
