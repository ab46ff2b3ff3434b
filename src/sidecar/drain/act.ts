/** The last arrow: does what the machine of a drain wants, one effect after the other. Each may be done again after a crash. */
import type { Kube } from '../../kube/connect.ts';
import { patchMetadata } from '../../kube/patch-metadata.ts';
import { valueAt } from '../../resource.ts';
import type { DrainPort } from '../../temporal/drain/drain-port.ts';
import { TemporalError } from '../../temporal/failure.ts';
import type { TemporalWatch } from '../../temporal/temporal-watch.ts';
import type { Cluster } from '../cluster.ts';
import { hasFinalizer, isDeleting, releasePatch } from '../guard/guard.ts';
import type { Log } from '../log.ts';
import type { Effect } from './drain.ts';
import { oneByOneLimit } from './ending.ts';
import type { DrainLooks } from './look.ts';

export interface Actor {
  readonly kube: Kube;
  readonly cluster: Cluster;
  readonly temporal: Pick<TemporalWatch, 'drainPort'>;
  readonly drains: Pick<DrainLooks, 'refuseBatches' | 'finish'>;
  readonly log: Log;
  readonly isLeader: () => boolean;
}

/** For this Process (`namespace/name`). Stops at the first effect that fails: it is wanted again at the next look. */
export async function act(key: string, effects: readonly Effect[], actor: Actor): Promise<void> {
  for (const effect of effects) {
    if (!actor.isLeader()) return;
    try {
      await perform(key, effect, actor);
    } catch (error) {
      if (!(error instanceof TemporalError)) throw error;
      actor.log.warn('a step of a drain failed; trying again', { process: key, step: effect.kind, message: error.message });
      return;
    }
  }
}

async function perform(key: string, effect: Effect, actor: Actor): Promise<void> {
  if (effect.kind === 'Release') return release(key, actor);
  const port = actor.temporal.drainPort(key);
  if (!port) return;
  const { log } = actor;
  if (effect.kind === 'Pause') {
    log.info('pausing a Schedule', { process: key, schedule: effect.scheduleId });
    return port.pause(effect.scheduleId, effect.note);
  }
  if (effect.kind === 'Resume') {
    log.info('resuming a Schedule', { process: key, schedule: effect.scheduleId });
    return port.resume(effect.scheduleId, effect.note);
  }
  if (effect.kind === 'OneByOne') return endOneByOne({ key, port, actor }, effect);
  const outcome = await port.startBatch(effect.job);
  log.info('asked for a batch', { process: key, job: effect.job.jobId, outcome });
  if (outcome !== 'Refused') return;
  actor.drains.refuseBatches(key);
  await endOneByOne({ key, port, actor }, { job: effect.job, limit: oneByOneLimit });
}

interface Place {
  readonly key: string;
  readonly port: DrainPort;
  readonly actor: Actor;
}

async function endOneByOne(
  { key, port, actor }: Place,
  { job, limit }: Pick<Effect & { kind: 'OneByOne' }, 'job' | 'limit'>,
): Promise<void> {
  const { jobId, ...what } = job;
  const ended = await port.endSome(what, limit);
  actor.log.info('ended workflows one by one', { process: key, job: jobId, operation: job.operation, workflows: ended });
  if (ended < limit) actor.drains.finish(key, jobId);
}

/** Of exactly the object whose status was written. */
async function release(key: string, { kube, cluster, log }: Actor): Promise<void> {
  const process = cluster.processes.get(key);
  // Another one may have its name by now.
  if (!process || !isDeleting(process) || !hasFinalizer(process)) return;
  const written = await cluster.write(process, () => patchMetadata(kube, process, releasePatch(process)));
  if ('superseded' in written) return;
  log.info('released', { process: key, uid: String(valueAt(process, 'metadata', 'uid')) });
}
