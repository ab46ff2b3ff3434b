/** CanaryReady: the canary's workers run what the spec says and poll the queue. It exists while there is a canary. */
import type { Known } from '../known.ts';
import { isFalse, type Verdict } from '../verdict.ts';
import { definitionResolved } from './definition-resolved.ts';
import { partlyLost } from './partly-lost.ts';
import { workersReady } from './workers-ready.ts';
import { workloadReady } from './workload-ready.ts';

/** Its words say whose they are: other conditions repeat them. */
const prefix = 'the canary: ';

export function canaryReady({ spec, canary }: Known): Verdict | undefined {
  if (!spec || !canary) return;
  const verdict = spec.rollout?.canary ? judge(canary) : left(canary);
  return verdict && { ...verdict, message: verdict.message.startsWith(prefix) ? verdict.message : `${prefix}${verdict.message}` };
}

function judge(canary: Known): Verdict {
  const workload = workloadReady(canary);
  if (workload.status !== 'True') return workload;
  const definition = definitionResolved(canary);
  if (definition.status !== 'True') return definition;
  const workers = workersReady(canary, workload);
  const lost = workers.status === 'True' ? partlyLost(canary) : undefined;
  if (!lost) return workers;
  return lost.until === undefined ? isFalse('WorkersPartlyLost', lost.message) : { ...workers, until: lost.until };
}

/** Pods that are on their way out need no words. */
function left({ seen, namespace }: Known): Verdict | undefined {
  if (!seen.deployment) return;
  const { name } = seen.deployment;
  return isFalse(
    'CanaryLeft',
    `the Process has none any more, and Deployment "${name}" still polls its queue: prune it, or \`kubectl delete deployment ${name} -n ${namespace}\``,
  );
}
