/** Degraded: something is impaired, though workers may still run. */

import type { Known } from '../known.ts';
import { firstPollMs } from '../timing.ts';
import { isFalse, isTrue, type Verdict } from '../verdict.ts';
import { listed } from '../words.ts';
import { troubleOf } from './pod-trouble.ts';
import { isRollingOut, lostPods } from './roll-out.ts';
import { pollersOf } from './workers-ready.ts';

export interface Impairing {
  readonly temporal: Verdict;
  readonly dependencies: Verdict;
  readonly definition: Verdict;
}

export function degraded(known: Known, { temporal, dependencies, definition }: Impairing): Verdict {
  const cause = [definition, temporal, dependencies].find(({ status }) => status === 'False');
  if (cause) return isTrue(cause.reason, cause.message);
  const lost = partlyLost(known);
  return lost === undefined ? isFalse('NotDegraded', 'nothing is impaired') : isTrue('WorkersPartlyLost', lost);
}

/** Some of the pods do not work while others do. All of them lost is no impairment: then nothing is Ready. */
function partlyLost(known: Known): string | undefined {
  if (!known.seen.deployment || isRollingOut(known)) return;
  const ready = known.pods.filter(({ isReady }) => isReady);
  const lost = lostPods(known);
  if (ready.length > 0 && lost.length > 0) return `${ready.length} of ${known.seen.deployment.desired} pods are ready; ${troubleOf(lost)}`;
  return silentPods(known);
}

function silentPods(known: Known): string | undefined {
  const live = pollersOf(known);
  if (!live || live.byFreshness || live.podNames.size === 0 || known.seen.temporal?.server.state !== 'Answers') return;
  const silent = known.pods.filter(
    ({ name, isReady, runningSince }) =>
      isReady && !live.podNames.has(name) && runningSince !== undefined && known.nowMs - Date.parse(runningSince) >= firstPollMs,
  );
  if (silent.length === 0) return;
  return `${listed(silent.map(({ name }) => name))} ${silent.length === 1 ? 'is' : 'are'} ready but ${silent.length === 1 ? 'does' : 'do'} not poll`;
}
