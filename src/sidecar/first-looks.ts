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

/** For what was rendered with it, and for Temporal. */
const applyMs = 500;
const temporalMs = 2_000;

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
      const limit = seen.deployment ? (isAsked(seen) ? 0 : temporalMs) : applyMs;
      return Math.max(since + limit - nowMs(), 0);
    },
    forget: (key) => {
      firstSeen.delete(key);
    },
  };
}

/** What a server that fails would say is not worth waiting for. */
function isAsked({ temporal }: Observation): boolean {
  if (!temporal || temporal.server.state === 'Fails') return true;
  return temporal.queue !== undefined || (temporal.namespaceState !== undefined && temporal.namespaceState.state !== 'Registered');
}
