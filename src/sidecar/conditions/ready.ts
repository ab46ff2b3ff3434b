/** Ready: the pinned definition is what runs, the workers poll, and nothing is impaired. */
import { isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';

export interface Parts {
  readonly definition: Verdict;
  readonly workload: Verdict;
  readonly workers: Verdict;
  readonly degraded: Verdict;
}

/** False wins over Unknown; its words are those of the most fundamental cause. */
export function ready({ definition, workload, workers, degraded }: Parts): Verdict {
  const nothing = workload.reason === 'SpecInvalid' || workload.reason === 'NotRendered';
  const wrong = (nothing ? [workload, definition] : [definition, workload]).find(({ status }) => status === 'False');
  if (wrong) return isFalse(wrong.reason, wrong.message);
  // Stable workers do not depend on a canary.
  if (degraded.status === 'True' && degraded.reason !== 'CanaryIll') return isFalse(degraded.reason, degraded.message);
  if (workers.status === 'False') return isFalse(workers.reason, workers.message);
  const unknown = [definition, workers].find(({ status }) => status === 'Unknown');
  if (unknown) return isUnknown(unknown.reason, unknown.message);
  return isTrue('AllReady', 'the workers run the pinned definition and poll their queue');
}
