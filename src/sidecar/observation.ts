/** What is seen of one Process at one moment: everything that `decide` may know, the time included. Plain data, no methods. */
import type { Resource } from '../resource.ts';
import type { SeenDrain } from './drain/drain.ts';

/** Times are ISO 8601 in UTC, as Kubernetes writes them (`2026-11-24T18:00:00Z`, fractions of a second allowed). */
type Time = string;

export interface Observation {
  /** When everything below was looked at. */
  readonly now: Time;
  /** The live Process as the API server has it: any version of it, valid or not, with its status. */
  readonly process: Resource;
  /** The stable worker Deployment that was generated for it; absent: there is none. */
  readonly deployment?: SeenDeployment;
  /** That of its canary. */
  readonly canary?: SeenDeployment;
  /** The pods of its selector labels, of whichever track. */
  readonly pods: readonly SeenPod[];
  /** The definitions' ConfigMaps that were generated for it. */
  readonly definitions: readonly SeenDefinition[];
  /** One for each that `spec.dependencies` names, in its order. */
  readonly dependencies: readonly SeenDependency[];
  /** Absent: there is no Deployment yet that says which server, namespace and queue. */
  readonly temporal?: SeenTemporal;
  /**
   * Names of other live Processes (`namespace/name`) whose workers poll the same server, Temporal namespace and queue, or may once somebody says
   * where. Absent: it is not known, because no worker Deployment says where this one's poll.
   */
  readonly sharedWith?: readonly string[];
  /** What could not be read, by plural name (`deployments`, `configmaps`, …), with the API server's words. */
  readonly unreadable: Readonly<Record<string, string>>;
  /** The newest version at the definition source, where one is configured and it was asked. */
  readonly newestVersion?: number;
  /** Why the guard could not be put on, in the API server's words; absent: it could, or was not tried. */
  readonly guardFailure?: string;
  /** What a drain looked at; absent: none is on. */
  readonly drain?: SeenDrain;
}

export interface SeenDeployment {
  readonly name: string;
  readonly createdAt: Time;
  readonly generation: number;
  readonly observedGeneration: number;
  /** Its annotation; absent where there is none. */
  readonly renderedFrom?: string;
  readonly paused: boolean;
  /** spec.replicas, and the counters of its status. */
  readonly desired: number;
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly conditions: readonly SeenCondition[];
  /** Literal variables of the worker container, by name. */
  readonly env: Readonly<Record<string, string>>;
  /** What its pods find below /etc/process-definition. */
  readonly mounts: readonly SeenMount[];
  /** Its Argo CD sync wave; absent: 0. */
  readonly wave?: number;
  /** Its Argo CD sync options; absent: none. */
  readonly syncOptions?: readonly string[];
  /** What it belongs to, and goes with, as `Kind "name"`; absent: nothing. */
  readonly owners?: readonly string[];
}

export interface SeenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A file of the definition volume: `path` below its mount point, from `key` of a ConfigMap. */
export interface SeenMount {
  readonly path: string;
  readonly configMap: string;
  readonly key: string;
}

export interface SeenPod {
  readonly name: string;
  /** Absent: it is of the stable track. */
  readonly track?: 'canary';
  /** What its workers' identity ends in: `spec.hostname`, else the name, cut to 63 characters. */
  readonly hostname: string;
  readonly createdAt: Time;
  readonly phase: string;
  readonly isReady: boolean;
  /** Since when `isReady` is as it is. */
  readonly readyChangedAt?: Time;
  readonly isDeleting: boolean;
  /** When the running worker container was started; absent: it does not run. */
  readonly runningSince?: Time;
  readonly restarts: number;
  /** Why the worker container waits (`ImagePullBackOff`, `CrashLoopBackOff`). */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  /** How the worker container ended last. */
  readonly lastExit?: { readonly reason?: string; readonly exitCode: number; readonly message?: string; readonly finishedAt?: Time };
  /** Why no node takes it. */
  readonly unschedulable?: string;
  /** The ConfigMap that its definition.json comes from. */
  readonly currentDefinition?: string;
}

export interface SeenDefinition {
  readonly configMap: string;
  readonly id: string;
  readonly tenantId: string;
  readonly version: number;
  /** What its annotation claims. */
  readonly checksum: string;
  /** The checksum of the bytes it holds; absent: it holds none. */
  readonly found?: string;
  /** Its Argo CD sync wave; absent: 0. */
  readonly wave?: number;
}

export interface SeenDependency {
  readonly kind: 'Domain' | 'Agent';
  readonly name: string;
  /** `KindAbsent`: the cluster has no such CRD. */
  readonly state: 'Ready' | 'NotReady' | 'Absent' | 'KindAbsent' | 'Unreadable' | 'NotLooked';
  /** The words of its own Ready condition, or of the API server. */
  readonly message?: string;
}

export interface SeenTemporal {
  /** Where the Deployment's workers connect to. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly server: SeenServer;
  /** Absent: not asked yet. Kept when the server falls silent. */
  readonly namespaceState?: SeenNamespace;
  /** The last answer about the queue; absent: none yet. Kept when the server falls silent. */
  readonly queue?: SeenQueue;
  /** Questions about the queue fail, though the server answers others: `queue` is as old as that. */
  readonly queueFailure?: SeenQueueFailure;
  /** How many workflows of the queue run; absent: not counted yet. */
  readonly running?: SeenRunning;
  /** Who needs the retained definitions; absent: not answered yet, or nothing is asked about them. */
  readonly retained?: SeenRetained;
}

export interface SeenRunning {
  readonly askedAt: Time;
  readonly count: number;
}

export type SeenRetained =
  | {
      readonly askedAt: Time;
      /** By checksum: running workflows of the queue that say they run that definition. Each zero was seen several times in a row. */
      readonly running: Readonly<Record<string, number>>;
      /** Running workflows that do not say which one they run. */
      readonly unnamed: number;
      /** By checksum: a Schedule that starts workflows with it. */
      readonly schedules: Readonly<Record<string, string>>;
      readonly failure?: never;
    }
  | {
      readonly askedAt: Time;
      readonly running?: never;
      /** `AttributeMissing`: the search attribute is not registered. `NotQueryable`: the queue's name cannot be asked about. */
      readonly failure: 'AttributeMissing' | 'NotQueryable' | 'NotAnswered';
      readonly message: string;
    };

/** `since`: the first failure in a row. */
export interface SeenQueueFailure {
  readonly since: Time;
  readonly failure: TemporalFailure;
  readonly message: string;
}

export type SeenServer =
  | { readonly state: 'NotAsked' }
  /** `since`: the first answer after a silence, or at all, or when the queue's pollers were found forgotten. A server that was restarted forgets them. */
  | { readonly state: 'Answers'; readonly since: Time }
  /** `since`: the first failure in a row. */
  | { readonly state: 'Fails'; readonly since: Time; readonly failure: TemporalFailure; readonly message: string };

/**
 * `Unreachable`: nobody listens, or nobody answers in time. `TlsFailed`: the handshake fails. `Unauthenticated`, `Forbidden`: the
 * credentials are refused. `CredentialsMissing`: the Secret is absent, lacks the key, or may not be read.
 */
export type TemporalFailure = 'Unreachable' | 'TlsFailed' | 'Unauthenticated' | 'Forbidden' | 'CredentialsMissing';

export interface SeenNamespace {
  readonly state: 'Registered' | 'Deprecated' | 'Deleted' | 'NotFound' | 'Forbidden';
  readonly askedAt: Time;
  /** Workflows can be paused there. */
  readonly hasPause?: boolean;
  readonly message?: string;
}

export interface SeenQueue {
  readonly askedAt: Time;
  readonly workflowPollers: readonly SeenPoller[];
  /** Asked only where no workflow poller is live; absent: not asked. */
  readonly activityPollers?: readonly SeenPoller[];
  /** The Worker Deployment version that gets the tasks, `deployment:build`; absent: unversioned workers get them. */
  readonly currentVersion?: string;
  /** What waits there for workers, by the type of task; absent: not told yet. */
  readonly backlog?: { readonly [Type in QueueType]?: SeenBacklog };
}

export type QueueType = 'workflow' | 'activity';

/** About: Temporal counts tasks whose workflow was terminated, too, and sticky ones not. */
export interface SeenBacklog {
  readonly askedAt: Time;
  readonly tasks: number;
  /** Of the oldest of them; 0 without any. */
  readonly ageSeconds: number;
}

export interface SeenPoller {
  readonly identity: string;
  readonly lastAccess: Time;
  /** The Worker Deployment version it polls for, `deployment:build`; absent: it is unversioned. */
  readonly version?: string;
}
