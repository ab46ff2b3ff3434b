/** The reader of the second arrow: everything that is known of one Process now, from the watches and from Temporal's last answers. */
import { namespaceIn } from '../kube/object-key.ts';
import { env } from '../names.ts';
import { type Resource, valueAt } from '../resource.ts';
import type { TemporalWatch } from '../temporal/temporal-watch.ts';
import type { Cluster } from './cluster.ts';
import type { DrainLooks } from './drain/look.ts';
import { wantedDrain } from './drain/wanted.ts';
import type { FirstLooks } from './first-looks.ts';
import type { Guards } from './guard/put-on.ts';
import type { NewestVersions } from './newest-versions.ts';
import type { Observation } from './observation.ts';
import { subjectOf } from './temporal-subject.ts';

export interface World {
  readonly cluster: Cluster;
  readonly temporal: TemporalWatch;
  /** Undefined: no definition source is configured. */
  readonly newest: NewestVersions | undefined;
  readonly firstLooks: FirstLooks;
  readonly guards: Guards;
  readonly drains: DrainLooks;
}

/** Undefined: the Process (`namespace/name`) is gone, and nothing is asked about it any more. */
export function observe(key: string, world: World): Observation | undefined {
  const { cluster, temporal, newest } = world;
  const process = cluster.processes.get(key);
  newest?.want(key, process);
  if (!process) {
    attend(key, undefined, world);
    world.firstLooks.forget(key);
    world.guards.forget(key);
    world.drains.forget(key);
    return;
  }
  const deployment = cluster.deploymentOf(process);
  const canary = cluster.deploymentOf(process, 'canary');
  const polling = cluster.pollingDeploymentOf(process);
  const subject = subjectOf({ key, process, deployment: polling, lastAddress: lastAddress(key, process, world) });
  attend(key, subject, world);
  const isCurrent = subject !== undefined && subject.address === polling?.env[env.address];
  const newestVersion = newest?.of(key);
  const guardFailure = world.guards.failureOf(key);
  return {
    now: new Date().toISOString(),
    process,
    ...(deployment && { deployment }),
    ...(canary && { canary }),
    pods: cluster.podsOf(process),
    definitions: cluster.definitionsOf(process),
    dependencies: cluster.dependencies.of(process),
    ...(subject && { temporal: temporal.seen(key)! }),
    ...(isCurrent && { sharedWith: cluster.queues.candidates(key, subject.address) }),
    unreadable: cluster.unreadable(namespaceIn(key)),
    ...(newestVersion !== undefined && { newestVersion }),
    ...(guardFailure !== undefined && { guardFailure }),
  };
}

/** Of a Process on its way out whose Deployments went first: what runs on its queue is asked where it was asked before. */
function lastAddress(key: string, process: Resource, { temporal }: World): string | undefined {
  const wanted = wantedDrain(process);
  if (wanted === undefined || wanted === 'Off') return;
  const known = temporal.seen(key)?.address ?? valueAt(process, 'status', 'temporal', 'address');
  return typeof known === 'string' ? known : undefined;
}

/** From now on Temporal is asked about this queue, and about no other, for this Process. */
function attend(key: string, subject: ReturnType<typeof subjectOf>, { temporal }: World): void {
  if (subject) temporal.set(subject);
  else temporal.remove(key);
}
