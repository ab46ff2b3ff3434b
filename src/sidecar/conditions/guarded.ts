/** Guarded: the guard is on the live Process, so that its deletion waits for its workflows. */
import { guardPatch, hasFinalizer, hasWorkers, isDeleting, isServable } from '../guard/guard.ts';
import { obstaclesOf } from '../guard/obstacles.ts';
import type { Known } from '../known.ts';
import { type Check, firstOf, isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { excerpt } from '../words.ts';
import { cannotRead } from './unreadable.ts';

const checks: readonly Check[] = [goes, cannotRead('deployments'), noWorkers, notServed, refused, ineffective, onItsWay, inPlace];

export function guarded(known: Known): Verdict {
  return firstOf(checks, known);
}

function goes({ seen: { process } }: Known): Verdict | undefined {
  if (!isDeleting(process) || hasFinalizer(process)) return;
  return isFalse('GuardIneffective', 'it is being deleted, and nothing of ours holds it: workflows that run may lose their workers');
}

function noWorkers({ seen }: Known): Verdict | undefined {
  if (hasWorkers(seen) || hasFinalizer(seen.process)) return;
  return isFalse('NotRendered', 'there are no workers to guard: see WorkloadReady');
}

/** A finalizer that nobody can take off again would only be in the way. */
function notServed({ seen }: Known): Verdict | undefined {
  if (hasFinalizer(seen.process) || isServable(seen)) return;
  const words = 'the guard is put on when Temporal has told of the namespace: see TemporalHealthy';
  return isUnknown('NotLookedYet', words);
}

function refused({ seen }: Known): Verdict | undefined {
  const { guardFailure } = seen;
  return guardFailure === undefined ? undefined : isFalse('GuardRefused', `the guard cannot be put on: ${excerpt(guardFailure)}`);
}

function ineffective({ seen }: Known): Verdict | undefined {
  const obstacles = obstaclesOf(seen);
  return obstacles.length === 0 ? undefined : isFalse('GuardIneffective', obstacles.join('; '));
}

function onItsWay({ seen }: Known): Verdict | undefined {
  return guardPatch(seen) ? isUnknown('NotLookedYet', 'the guard is being put on') : undefined;
}

function inPlace({ seen }: Known): Verdict {
  const holds = isDeleting(seen.process) ? 'it is being deleted, and waits until' : 'its deletion waits until';
  return isTrue('GuardInPlace', `${holds} no workflow of its queue runs; workers and definitions stay until then`);
}
