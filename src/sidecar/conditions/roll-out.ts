/** How far the Deployment's pods are: being replaced, all as they should be, or failing. */
import type { Known } from '../known.ts';
import type { SeenDeployment, SeenPod } from '../observation.ts';
import { firstPollMs } from '../timing.ts';

/** New pods are on their way, or old ones are not gone yet. */
export function isRollingOut(known: Known): boolean {
  const { deployment } = known.seen;
  if (!deployment) return false;
  const { observedGeneration, generation, updated, desired, replicas } = deployment;
  if (observedGeneration < generation || updated < desired || replicas > updated) return true;
  return deployment.available < desired && !isStuck(deployment) && lostPods(known).length === 0;
}

export function isStuck({ conditions }: SeenDeployment): boolean {
  return conditions.some(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
}

/** Pods that should work and do not; one that was just made and has had no trouble yet is not lost. */
export function lostPods({ pods, nowMs }: Known): SeenPod[] {
  return pods.filter((pod) => !pod.isReady && (hasTrouble(pod) || nowMs - Date.parse(pod.createdAt) >= firstPollMs));
}

/** When the next pod that is on its way would count as lost, if nothing happens; undefined: none is on its way. */
export function nextLoss({ pods, nowMs }: Known): number | undefined {
  return earliestAfter(
    nowMs,
    pods.filter(({ isReady }) => !isReady).map(({ createdAt }) => Date.parse(createdAt) + firstPollMs),
  );
}

export function earliestAfter(nowMs: number, times: readonly number[]): number | undefined {
  const later = times.filter((time) => time > nowMs);
  return later.length === 0 ? undefined : Math.min(...later);
}

function hasTrouble(pod: SeenPod): boolean {
  const { restarts, waiting, lastExit, unschedulable } = pod;
  if (restarts > 0 || lastExit !== undefined || unschedulable !== undefined || wasReady(pod)) return true;
  return waiting !== undefined && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing';
}

/** A pod begins as not ready before its container runs: who turned so later was ready in between. */
function wasReady({ isReady, readyChangedAt, runningSince }: SeenPod): boolean {
  if (isReady || readyChangedAt === undefined || runningSince === undefined) return false;
  return Date.parse(readyChangedAt) > Date.parse(runningSince);
}
