/** Other live Processes with the same task queue at the same Temporal: those that may take over what runs there, and must not be disturbed. */
import { env } from '../../names.ts';
import { isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';
import type { Cluster } from '../cluster.ts';
import { previousConditions } from '../previous.ts';
import type { Sharer } from './drain.ts';
import { wantedDrain } from './wanted.ts';

/** One without a Deployment may be on its way with the same commit: it counts, though it is not ready. */
export function sharersOf(key: string, address: string | undefined, cluster: Pick<Cluster, 'processes' | 'deploymentOf'>): Sharer[] {
  const addressOf = (other: Resource) => cluster.deploymentOf(other)?.env[env.address];
  return sharing(key, address, cluster.processes, addressOf)
    .map(([name, other]) => ({ name, isLeaving: wantedDrain(other) !== 'Off', isReady: isReady(other), pins: pinsOf(other) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** By `namespace/name`, the others of its queue. One that does not say where its Temporal is may use this one. */
export function sharing(
  key: string,
  address: string | undefined,
  processes: ReadonlyMap<string, Resource>,
  addressOf: (process: Resource) => unknown,
): (readonly [string, Resource])[] {
  const process = processes.get(key);
  if (!process) return [];
  const queue = queueOf(process);
  const isThere = (other: Resource) => {
    const theirs = addressOf(other);
    return theirs === undefined || address === undefined || theirs === address;
  };
  return [...processes].filter(([name, other]) => name !== key && queueOf(other) === queue && isThere(other));
}

function queueOf(process: Resource): string {
  return JSON.stringify([valueAt(process, 'spec', 'temporal', 'namespace'), valueAt(process, 'spec', 'temporal', 'taskQueue')]);
}

/** Its workers poll, and that is said of its latest spec. */
function isReady(process: Resource): boolean {
  const isCurrent = valueAt(process, 'status', 'observedGeneration') === valueAt(process, 'metadata', 'generation');
  return isCurrent && previousConditions(process.status).get('WorkersReady')?.status === 'True';
}

/** Checksums of its pin, of its canary's and of those it retains. */
export function pinsOf(process: Resource): string[] {
  const pin = valueAt(process, 'spec', 'definitionRef', 'pin');
  const canary = valueAt(process, 'spec', 'rollout', 'canary', 'pin');
  const all = [...[pin, canary].filter(isObject), ...objectsAt(process, 'spec', 'definitionRef', 'retained')];
  return all.flatMap(({ checksum }) => (typeof checksum === 'string' ? [checksum] : []));
}
