/** WorkloadReady: the Deployment, rendered from this spec, is available. */
import { annotation, deploymentName } from '../../names.ts';
import { annotationOf } from '../../resource.ts';
import type { Known } from '../known.ts';
import { type Check, firstOf, isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { troubleOf } from './pod-trouble.ts';
import { isRollingOut, isStuck, nextLoss } from './roll-out.ts';
import { cannotRead, specUnreadable } from './unreadable.ts';

const checks: readonly Check[] = [
  specInvalid,
  cannotRead('deployments'),
  notRendered,
  renderStale,
  scaledToZero,
  rolloutStuck,
  paused,
  rollingOut,
  podsNotReady,
  available,
];

export function workloadReady(known: Known): Verdict {
  return firstOf(checks, known);
}

/** Nothing can be rendered from such a spec. */
function specInvalid(known: Known): Verdict | undefined {
  const verdict = specUnreadable(known);
  return verdict && { ...verdict, status: 'False' };
}

function notRendered({ seen, name, track }: Known): Verdict | undefined {
  if (seen.deployment) return;
  const wanted = `there is no Deployment "${deploymentName(name, track)}" generated for this Process`;
  return isFalse(
    'NotRendered',
    `${wanted}: was the function skipped? \`ameide-process verify --rendered\` tells, \`ameide-process render DIR\` mends it`,
  );
}

/** The annotation on the Process tells which of the two was changed. */
function renderStale({ seen, isAsRendered, name }: Known): Verdict | undefined {
  if (isAsRendered) return;
  const { renderedFrom, name: deployment } = seen.deployment!;
  const isProcessEdited = annotationOf(seen.process, annotation.renderedFrom) === renderedFrom;
  const cause = isProcessEdited ? 'the live Process was changed after the render' : 'it is of another render than the Process';
  return isFalse(
    'RenderStale',
    `Deployment "${deployment}" was not rendered from the live spec of "${name}": ${cause}; render, commit and sync`,
  );
}

function paused({ seen }: Known): Verdict | undefined {
  const { paused: isPaused, name } = seen.deployment!;
  if (!isPaused) return;
  return isFalse(
    'WorkloadPaused',
    `Deployment "${name}" is paused, so changes do not reach its pods: \`kubectl rollout resume deployment ${name}\``,
  );
}

function scaledToZero({ seen }: Known): Verdict | undefined {
  const { desired, name } = seen.deployment!;
  return desired === 0
    ? isFalse('ScaledToZero', `Deployment "${name}" has 0 replicas: no workflow of this queue makes progress`)
    : undefined;
}

function rolloutStuck(known: Known): Verdict | undefined {
  const { deployment } = known.seen;
  if (!isStuck(deployment!)) return;
  const { updated, desired, available: count, name } = deployment!;
  const trouble = troubleOf(known.pods);
  const what = `${updated} of ${desired} pods are updated, ${count} available`;
  return isFalse('RolloutStuck', `the roll-out of "${name}" exceeded its deadline: ${what}${trouble && `; ${trouble}`}`);
}

function rollingOut(known: Known): Verdict | undefined {
  if (!isRollingOut(known)) return;
  const { updated, desired, ready, replicas } = known.seen.deployment!;
  const old = replicas - updated;
  const trouble = troubleOf(known.pods);
  return isFalse(
    'RollingOut',
    `${updated} of ${desired} pods are updated, ${ready} ready${old > 0 ? `, ${old} old` : ''}${trouble && `; ${trouble}`}`,
    nextLoss(known),
  );
}

function podsNotReady({ seen, pods }: Known): Verdict | undefined {
  const { available: count, desired } = seen.deployment!;
  if (count >= desired) return;
  const trouble = troubleOf(pods);
  return isFalse('PodsNotReady', `${count} of ${desired} pods are available${trouble && `; ${trouble}`}`);
}

function available({ seen }: Known): Verdict {
  const { available: count, desired, name } = seen.deployment!;
  return isTrue('WorkloadAvailable', `${Math.min(count, desired)} of ${desired} pods of "${name}" are available`);
}

/** For what rests upon the workload: its verdict where it is not True. */
export function workloadMissing(verdict: Verdict): Verdict | undefined {
  if (verdict.status === 'True') return;
  const message = 'the workload is not ready: see WorkloadReady';
  return verdict.status === 'Unknown' ? isUnknown(verdict.reason, message) : isFalse(verdict.reason, message);
}
