/** Who polls a task queue, whose version gets its tasks, and how many wait. */
import type { QueueType, SeenBacklog, SeenPoller, SeenQueue } from '../sidecar/observation.ts';
import type { TemporalApi, TemporalConnection } from './connection.ts';
import { secondsOf, timeOf } from './time.ts';

export interface QueueName {
  readonly namespace: string;
  readonly taskQueue: string;
}

export type QueueAnswer = Pick<SeenQueue, 'askedAt' | 'currentVersion'> & {
  readonly pollers: readonly SeenPoller[];
  /** Of this type alone; absent: the server does not tell. */
  readonly backlog?: SeenBacklog;
};

const typeNumber = { workflow: 1, activity: 2 } as const;
const versioned = 2;
const unversioned = '__unversioned__';

/** Throws a TemporalError. */
export async function askQueue(connection: TemporalConnection, queue: QueueName, type: QueueType): Promise<QueueAnswer> {
  const { namespace, taskQueue } = queue;
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: typeNumber[type], reportStats: true };
  const askedAt = new Date().toISOString();
  const { pollers, versioningInfo, stats } = await connection.ask(({ workflowService }) => workflowService.describeTaskQueue(request));
  const current = versionOf(versioningInfo?.currentDeploymentVersion) ?? versionIn(versioningInfo?.currentVersion);
  const backlog = stats ? backlogOf(stats, askedAt) : undefined;
  return {
    askedAt,
    pollers: (pollers ?? []).map(pollerOf),
    ...(current !== undefined && { currentVersion: current }),
    ...(backlog && { backlog }),
  };
}

type Answer = Awaited<ReturnType<TemporalApi['workflowService']['describeTaskQueue']>>;

/** What is left of the age when the last task was taken says nothing. */
function backlogOf({ approximateBacklogCount, approximateBacklogAge }: NonNullable<Answer['stats']>, askedAt: string): SeenBacklog {
  const tasks = Math.max(Number(approximateBacklogCount ?? 0), 0);
  return { askedAt, tasks, ageSeconds: tasks === 0 ? 0 : Math.max(secondsOf(approximateBacklogAge), 0) };
}

function pollerOf({ identity, lastAccessTime, deploymentOptions }: Answer['pollers'][number]): SeenPoller {
  const version = deploymentOptions?.workerVersioningMode === versioned ? versionOf(deploymentOptions) : undefined;
  return {
    identity: identity ?? '',
    lastAccess: new Date(timeOf(lastAccessTime)).toISOString(),
    ...(version !== undefined && { version }),
  };
}

interface DeploymentVersion {
  readonly deploymentName?: string | null | undefined;
  readonly buildId?: string | null | undefined;
}

function versionOf(version: DeploymentVersion | null | undefined): string | undefined {
  return version?.deploymentName && version.buildId ? `${version.deploymentName}:${version.buildId}` : undefined;
}

/** Older servers give one text, `deployment.build`, and a word of their own for none. A deployment's name has neither dot nor colon. */
function versionIn(text: string | null | undefined): string | undefined {
  if (!text || text === unversioned) return;
  return text.replace(/[.:]/, ':');
}
