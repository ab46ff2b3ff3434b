/** The writer of the second arrow: a status, by server-side apply, and the Events about what turned. */
import { applyStatus } from '../kube/apply-status.ts';
import type { Kube } from '../kube/connect.ts';
import type { EventRecorder } from '../kube/events.ts';
import { keyOf } from '../kube/object-key.ts';
import type { ProcessStatus } from '../process.ts';
import type { Resource } from '../resource.ts';
import type { Cluster } from './cluster.ts';
import type { Log } from './log.ts';
import type { Tally } from './tally.ts';
import type { Transition } from './transitions.ts';

/** False: the Process is gone or has changed meanwhile, which is no failure. Throws when the API server did not take it. */
export type Patch = (process: Resource, status: ProcessStatus, turned: readonly Transition[]) => Promise<boolean>;

export interface PatchOptions {
  readonly kube: Kube;
  readonly cluster: Cluster;
  readonly events: EventRecorder;
  readonly log: Log;
  readonly tally: Tally;
  /** False: this replica no longer leads, or may not be sure of it. */
  readonly isLeader: () => boolean;
}

export function patcher({ kube, cluster, events, log, tally, isLeader }: PatchOptions): Patch {
  return async (process, status, turned) => {
    if (!isLeader()) throw new Error('this replica does not lead any more');
    const written = await applyStatus(kube, process, status);
    tally.wrote('superseded' in written ? 'superseded' : 'written');
    if ('superseded' in written) return false;
    cluster.learn(written.process);
    for (const transition of turned) {
      log.info(transition.note, { process: keyOf(process), condition: transition.action, reason: transition.reason });
      events.record(process, transition);
    }
    return true;
  };
}
