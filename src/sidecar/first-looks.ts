/**
 * A Process without a status, or with another spec, is looked at for the first time a moment later: the rest of its apply, and Temporal's
 * first answer, are then there. Without that it would be told to lack what is only on its way.
 */
import { annotation } from '../names.ts';
import { annotationOf, valueAt } from '../resource.ts';
import type { Observation } from './observation.ts';

export interface FirstLooks {
  /** For how many milliseconds the first status about this spec should wait still; 0: it has one, or nothing is missing, or it waited enough. */
  wait(key: string, seen: Observation): number;
  forget(key: string): void;
}

export interface FirstLooksOptions {
  readonly nowMs: () => number;
  /** How many queues are in Temporal's line. */
  readonly inLine: () => number;
}

/** For what was rendered with it, and for a Temporal of which nothing is known. */
const applyMs = 500;
const temporalMs = 2_000;
/** For one that answers: while a thousand others are asked about, and where there are more, for all of them. */
const answerMs = { atLeast: 10_000, each: 10 };

export function openFirstLooks({ nowMs, inLine }: FirstLooksOptions): FirstLooks {
  const firstSeen = new Map<string, { readonly generation: unknown; readonly atMs: number }>();
  return {
    wait: (key, seen) => {
      const { process } = seen;
      const generation = valueAt(process, 'metadata', 'generation');
      if (process.status !== undefined && valueAt(process, 'status', 'observedGeneration') === generation) {
        firstSeen.delete(key);
        return 0;
      }
      const known = firstSeen.get(key);
      const first = known && known.generation === generation ? known : { generation, atMs: nowMs() };
      firstSeen.set(key, first);
      return Math.max(first.atMs + limitFor(seen, inLine) - nowMs(), 0);
    },
    forget: (key) => {
      firstSeen.delete(key);
    },
  };
}

function limitFor(seen: Observation, inLine: () => number): number {
  const { process } = seen;
  if (process.status !== undefined) return isHalfApplied(seen) ? applyMs : 0;
  if (!seen.deployment) return applyMs;
  if (isAsked(seen)) return 0;
  if (seen.temporal?.server.state !== 'Answers') return temporalMs;
  return Math.max(answerMs.atLeast, answerMs.each * inLine());
}

/** The Process is of another render than its Deployment, which comes after it. */
function isHalfApplied({ process, deployment }: Observation): boolean {
  return deployment !== undefined && annotationOf(process, annotation.renderedFrom) !== deployment.renderedFrom;
}

/** What a server that fails would say is not worth waiting for. */
function isAsked({ temporal }: Observation): boolean {
  if (!temporal || temporal.server.state === 'Fails') return true;
  return (
    temporal.queue !== undefined ||
    temporal.queueFailure !== undefined ||
    (temporal.namespaceState !== undefined && temporal.namespaceState.state !== 'Registered')
  );
}
