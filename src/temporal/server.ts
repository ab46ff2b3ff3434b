/** One Temporal server with one set of credentials: a lazy connection for the life of the process, and the questions asked over it. */
import { Connection, type ConnectionOptions } from '@temporalio/client';
import type { SeenNamespace, SeenPoller, SeenQueue } from '../sidecar/observation.ts';
import { type TemporalError, translate } from './failure.ts';
import type { Subject } from './subject.ts';

export interface Credentials {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly apiKey?: string;
}

export interface TemporalServer {
  /** Throws a TemporalError, as the others do. */
  askHealth(): Promise<void>;
  askNamespace(namespace: string): Promise<SeenNamespace>;
  askQueue(namespace: string, taskQueue: string, type: QueueType): Promise<QueueAnswer>;
  close(): void;
}

export type QueueType = 'workflow' | 'activity';
export type QueueAnswer = { readonly pollers: readonly SeenPoller[] } & Pick<SeenQueue, 'askedAt' | 'currentVersion'>;

const deadlineMs = 3_000;
const typeNumber = { workflow: 1, activity: 2 } as const;
const states = ['', 'Registered', 'Deprecated', 'Deleted'] as const;
const unversioned = '__unversioned__';

export function openServer({ address, tls }: Pick<Subject, 'address' | 'tls'>, credentials: Credentials): TemporalServer {
  const connection = Connection.lazy({
    address,
    // The default interceptor asks again and again, and hides for 20 s why it does.
    interceptors: [],
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.min_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.keepalive_time_ms': 5_000,
      'grpc.keepalive_timeout_ms': 3_000,
      'grpc.keepalive_permit_without_calls': 1,
    },
    ...(credentials.apiKey !== undefined && { apiKey: credentials.apiKey }),
    tls: tls ? tlsOptions(tls, credentials) : null,
  });
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await connection.withDeadline(Date.now() + deadlineMs, question);
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    askHealth: async () => {
      // Namespace-scoped keys of Temporal Cloud may not ask for health; any answer is one.
      await ask(() => connection.workflowService.getSystemInfo({})).catch((error: TemporalError) => {
        if (error.kind !== 'Other' && error.kind !== 'RateLimited') throw error;
      });
    },
    askNamespace: async (namespace) => {
      const askedAt = new Date().toISOString();
      try {
        const { namespaceInfo } = await ask(() => connection.workflowService.describeNamespace({ namespace }));
        return { state: states[namespaceInfo?.state ?? 1] || 'Registered', askedAt };
      } catch (error) {
        const { kind, message } = error as TemporalError;
        if (kind === 'NamespaceNotFound') return { state: 'NotFound', askedAt };
        if (kind === 'Forbidden') return { state: 'Forbidden', askedAt, message };
        throw error;
      }
    },
    askQueue: async (namespace, taskQueue, type) => {
      const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: typeNumber[type] };
      const { pollers, versioningInfo } = await ask(() => connection.workflowService.describeTaskQueue(request));
      const current = versionOf(versioningInfo?.currentDeploymentVersion) ?? versionText(versioningInfo?.currentVersion);
      return {
        askedAt: new Date().toISOString(),
        pollers: (pollers ?? []).map(pollerOf),
        ...(current !== undefined && { currentVersion: current }),
      };
    },
    close: () => {
      connection.close().catch(() => {});
    },
  };
}

function tlsOptions({ serverName }: NonNullable<Subject['tls']>, { ca, cert, key }: Credentials): NonNullable<ConnectionOptions['tls']> {
  return {
    ...(serverName !== undefined && { serverNameOverride: serverName }),
    ...(ca && { serverRootCACertificate: ca }),
    ...(cert && key && { clientCertPair: { crt: cert, key } }),
  };
}

type RawPoller = NonNullable<Awaited<ReturnType<Connection['workflowService']['describeTaskQueue']>>['pollers']>[number];

function pollerOf({ identity, lastAccessTime, deploymentOptions }: RawPoller): SeenPoller {
  const ms = Number(lastAccessTime?.seconds ?? 0) * 1000 + Math.floor((lastAccessTime?.nanos ?? 0) / 1e6);
  const isVersioned = deploymentOptions?.workerVersioningMode === 2;
  const version = isVersioned
    ? versionOf({ deploymentName: deploymentOptions.deploymentName, buildId: deploymentOptions.buildId })
    : undefined;
  return { identity: identity ?? '', lastAccess: new Date(ms).toISOString(), ...(version !== undefined && { version }) };
}

interface RawVersion {
  readonly deploymentName?: string | null | undefined;
  readonly buildId?: string | null | undefined;
}

function versionOf(version: RawVersion | null | undefined): string | undefined {
  if (!version?.deploymentName || !version.buildId) return;
  return `${version.deploymentName}:${version.buildId}`;
}

/** Older servers write `deployment.build`, and a word of their own for none. */
function versionText(text: string | null | undefined): string | undefined {
  if (!text || text === unversioned) return;
  const dot = text.lastIndexOf('.');
  return dot < 0 ? text : `${text.slice(0, dot)}:${text.slice(dot + 1)}`;
}
