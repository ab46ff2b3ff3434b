/**
 * A Process without a status is looked at for the first time a moment later: the rest of its apply, and Temporal's first answer, are then
 * there. Without that it would be told to lack what is only on its way.
 */
import type { Observation } from './observation.ts';

export interface FirstLooks {
  /** For how many milliseconds its first status should wait still; 0: it has one, or nothing is missing, or it waited enough. */
  wait(key: string, seen: Observation): number;
  forget(key: string): void;
}

/** For what was rendered with it, for a Temporal of which nothing is known, and for one that answers, while a thousand others are asked about. */
const applyMs = 500;
const temporalMs = 2_000;
const inLineMs = 10_000;

export function openFirstLooks(nowMs: () => number): FirstLooks {
  const firstSeen = new Map<string, number>();
  return {
    wait: (key, seen) => {
      if (seen.process.status !== undefined) {
        firstSeen.delete(key);
        return 0;
      }
      const since = firstSeen.get(key) ?? nowMs();
      firstSeen.set(key, since);
      return Math.max(since + limitFor(seen) - nowMs(), 0);
    },
    forget: (key) => {
      firstSeen.delete(key);
    },
  };
}

function limitFor(seen: Observation): number {
  if (!seen.deployment) return applyMs;
  if (isAsked(seen)) return 0;
  return seen.temporal?.server.state === 'Answers' ? inLineMs : temporalMs;
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
