/** Degraded: something is impaired, though workers may still run. */

import type { Known } from '../known.ts';
import { isFalse, isTrue, type Verdict } from '../verdict.ts';
import { lastVerdict } from './last-verdict.ts';
import { nextSilence, partlyLost } from './partly-lost.ts';
import { passesByItself } from './progress.ts';

export interface Impairing {
  readonly temporal: Verdict;
  readonly dependencies: Verdict;
  readonly definition: Verdict;
  /** Of the stable workers. */
  readonly workload: Verdict;
  readonly workers: Verdict;
  /** Undefined: there is no canary. */
  readonly canary: Verdict | undefined;
}

export function degraded(known: Known, impairing: Impairing): Verdict {
  const { temporal, dependencies, definition } = impairing;
  const cause = [definition, temporal, dependencies].find(({ status }) => status === 'False');
  if (cause) return isTrue(cause.reason, cause.message);
  const lost = partlyLost(known);
  if (lost && lost.until === undefined) return isTrue('WorkersPartlyLost', lost.message);
  const last = lastVerdict(known, 'Degraded');
  if (lost && last?.reason === 'WorkersPartlyLost') return { ...last, until: lost.until! };
  return canaryIll(known, impairing) ?? isFalse('NotDegraded', 'nothing is impaired', lost ? lost.until : nextSilence(known));
}

/** One that is on its way is not ill. */
function canaryIll(known: Known, { definition, workload, workers, canary: verdict }: Impairing): Verdict | undefined {
  if (verdict?.status !== 'False') return;
  const stableOnes = [
    { type: 'DefinitionResolved', verdict: definition },
    { type: 'WorkloadReady', verdict: workload },
  ];
  if (passesByItself(known, { type: 'CanaryReady', verdict }, stableOnes)) return;
  const stable = workers.status === 'True' ? 'the stable workers are well; ' : '';
  return isTrue('CanaryIll', `${stable}${verdict.message}`);
}
