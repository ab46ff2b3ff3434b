/** Some pods of a track do not work while others do. */
import type { Known } from '../known.ts';
import type { SeenPod } from '../observation.ts';
import { firstPollMs, pollPeriodMs } from '../timing.ts';
import { listed } from '../words.ts';
import { troubleOf } from './pod-trouble.ts';
import { earliestAfter, isRollingOut, lostPods } from './roll-out.ts';
import { pollersOf } from './workers-ready.ts';

export interface Loss {
  readonly message: string;
  /** Whether it is one is known then. */
  readonly until?: number | undefined;
}

/** Some of the pods do not work while others do. All of them lost is no impairment: then nothing is Ready. */
export function partlyLost(known: Known): Loss | undefined {
  if (!known.seen.deployment || isRollingOut(known)) return;
  const ready = known.pods.filter(({ isReady }) => isReady);
  const lost = lostPods(known);
  if (ready.length > 0 && lost.length > 0) {
    return { message: `${ready.length} of ${known.seen.deployment.desired} pods are ready; ${troubleOf(lost)}` };
  }
  return silentPods(known);
}

/** A server that was restarted has forgotten its pollers: until when its list of them may lack some. */
function completeAt({ seen, nowMs }: Known): number | undefined {
  const server = seen.temporal?.server;
  const at = server?.state === 'Answers' ? Date.parse(server.since) + pollPeriodMs : 0;
  return at > nowMs ? at : undefined;
}

function silentPods(known: Known): Loss | undefined {
  const silent = unheardPods(known).filter(({ runningSince }) => known.nowMs - Date.parse(runningSince!) >= firstPollMs);
  if (silent.length === 0) return;
  const message = `${listed(silent.map(({ name }) => name))} ${silent.length === 1 ? 'is' : 'are'} ready but ${silent.length === 1 ? 'does' : 'do'} not poll`;
  return { message, until: completeAt(known) };
}

/** When a pod that has not polled yet should have. */
export function nextSilence(known: Known): number | undefined {
  return earliestAfter(
    known.nowMs,
    unheardPods(known).map(({ runningSince }) => Date.parse(runningSince!) + firstPollMs),
  );
}

/** Ready pods that do not poll while others of the Process do. */
function unheardPods(known: Known): SeenPod[] {
  const live = pollersOf(known);
  if (!live || live.byFreshness || live.podNames.size === 0 || known.seen.temporal?.server.state !== 'Answers') return [];
  return known.pods.filter(({ name, isReady, runningSince }) => isReady && runningSince !== undefined && !live.podNames.has(name));
}
