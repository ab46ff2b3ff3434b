/** Puts the guard on live Processes and keeps it current; remembers where the API server refuses that, which is told in Guarded. */
import type { Kube } from '../../kube/connect.ts';
import { KubeFailure } from '../../kube/failure.ts';
import { keyOf } from '../../kube/object-key.ts';
import { patchMetadata } from '../../kube/patch-metadata.ts';
import type { Cluster } from '../cluster.ts';
import type { Log } from '../log.ts';
import type { Observation } from '../observation.ts';
import { guardPatch } from './guard.ts';

export interface Guards {
  /** True: the live Process was changed, so that it is to be observed again. Throws where the API server could not be asked. */
  putOn(seen: Observation): Promise<boolean>;
  /** Why it could not be put on this Process, in the API server's words. */
  failureOf(key: string): string | undefined;
  forget(key: string): void;
}

export interface GuardsOptions {
  readonly kube: Kube;
  readonly cluster: Pick<Cluster, 'write'>;
  readonly log: Log;
  readonly isLeader: () => boolean;
  readonly nowMs: () => number;
}

/** So long a refusal stands before it is tried again. */
const refusalMs = 30_000;

export function openGuards({ kube, cluster, log, isLeader, nowMs }: GuardsOptions): Guards {
  const refusals = new Map<string, { readonly message: string; readonly at: number }>();
  return {
    putOn: async (seen) => {
      const key = keyOf(seen.process);
      const patch = guardPatch(seen);
      const refusal = refusals.get(key);
      if (!patch || !isLeader() || (refusal && nowMs() < refusal.at + refusalMs)) return false;
      try {
        const written = await cluster.write(seen.process, () => patchMetadata(kube, seen.process, patch));
        refusals.delete(key);
        if ('superseded' in written) return false;
        log.info('guarded', { process: key, ...patch.annotations });
        return true;
      } catch (error) {
        if (!(error instanceof KubeFailure) || (error.kind !== 'Forbidden' && error.kind !== 'Invalid')) throw error;
        refusals.set(key, { message: error.message, at: nowMs() });
        if (refusal?.message !== error.message) log.warn('a Process cannot be guarded', { process: key, message: error.message });
        return true;
      }
    },
    failureOf: (key) => refusals.get(key)?.message,
    forget: (key) => refusals.delete(key),
  };
}
