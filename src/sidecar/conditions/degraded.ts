/** Degraded: something is impaired, though workers may still run. */

import type { Known } from '../known.ts';
import { firstPollMs, pollPeriodMs } from '../timing.ts';
import { isFalse, isTrue, type Verdict } from '../verdict.ts';
import { listed } from '../words.ts';
import { lastVerdict } from './last-verdict.ts';
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
  if (lost?.until === undefined) return lost ? isTrue('WorkersPartlyLost', lost.message) : isFalse('NotDegraded', 'nothing is impaired');
  const last = lastVerdict(known, 'Degraded');
  return last?.reason === 'WorkersPartlyLost' ? { ...last, until: lost.until } : isFalse('NotDegraded', 'nothing is impaired', lost.until);
}

interface Loss {
  readonly message: string;
  /** Whether it is one is known then. */
  readonly until?: number | undefined;
}

/** Some of the pods do not work while others do. All of them lost is no impairment: then nothing is Ready. */
function partlyLost(known: Known): Loss | undefined {
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
  const live = pollersOf(known);
  if (!live || live.byFreshness || live.podNames.size === 0 || known.seen.temporal?.server.state !== 'Answers') return;
  const silent = known.pods.filter(
    ({ name, isReady, runningSince }) =>
      isReady && !live.podNames.has(name) && runningSince !== undefined && known.nowMs - Date.parse(runningSince) >= firstPollMs,
  );
  if (silent.length === 0) return;
  const message = `${listed(silent.map(({ name }) => name))} ${silent.length === 1 ? 'is' : 'are'} ready but ${silent.length === 1 ? 'does' : 'do'} not poll`;
  return { message, until: completeAt(known) };
}
