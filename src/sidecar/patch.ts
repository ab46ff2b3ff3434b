/** The writer of the second arrow: a status, by server-side apply, and the Events about what turned. */
import { applyStatus } from '../kube/apply-status.ts';
import type { Kube } from '../kube/connect.ts';
import type { EventRecorder, EventWords } from '../kube/events.ts';
import { isFailure } from '../kube/failure.ts';
import { keyOf } from '../kube/object-key.ts';
import type { ProcessStatus } from '../process.ts';
import type { Resource } from '../resource.ts';
import type { Cluster } from './cluster.ts';
import type { Log } from './log.ts';
import type { Tally } from './tally.ts';
import type { Transition } from './transitions.ts';
import { excerpt } from './words.ts';

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
    const written = await cluster
      .write(process, () => applyStatus(kube, process, status))
      .catch((error: unknown) => {
        const words = refusal(status, error);
        if (words) events.record(process, words);
        throw error;
      });
    tally.wrote('superseded' in written ? 'superseded' : 'written');
    if ('superseded' in written) return false;
    for (const transition of turned) {
      log.info(transition.note, { process: keyOf(process), condition: transition.action, reason: transition.reason });
      events.record(process, transition);
    }
    return true;
  };
}

/** Of some Processes that an older CRD let pass the API server takes no status at all: then an Event tells what is wrong with them. */
function refusal({ conditions }: ProcessStatus, error: unknown): EventWords | undefined {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  if (ready?.reason !== 'SpecInvalid' || !(isFailure(error, 'Invalid') || isFailure(error, 'ServerFailed'))) return;
  const note = `no status can be written, for the API server says: ${excerpt(error.message)}; ${ready.message}`;
  return { type: 'Warning', reason: ready.reason, action: ready.type, note };
}
