/** Other live Processes with the same task queue at the same Temporal: those that may take over what runs there, and must not be disturbed. */
import { isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';
import type { Cluster } from '../cluster.ts';
import { previousConditions } from '../previous.ts';
import { polledQueue, sharedQueues } from '../shared-queues.ts';
import type { Sharer } from './drain.ts';
import { wantedDrain } from './wanted.ts';

/** One without a Deployment may be on its way with the same commit: it counts, though it is not ready. */
export function sharersOf(
  key: string,
  address: string | undefined,
  { processes, queues }: Pick<Cluster, 'processes' | 'queues'>,
): Sharer[] {
  return queues.candidates(key, address).flatMap((name) => {
    const other = processes.get(name);
    return other ? [{ name, isLeaving: wantedDrain(other) !== 'Off', isReady: isReady(other), pins: pinsOf(other) }] : [];
  });
}

/** The same for who looks once: by `namespace/name`, the others of its queue. One that does not say where its Temporal is may use this one. */
export function sharing(
  key: string,
  address: string | undefined,
  processes: ReadonlyMap<string, Resource>,
  addressOf: (process: Resource) => unknown,
): (readonly [string, Resource])[] {
  const queues = sharedQueues();
  for (const [name, process] of processes) queues.set(name, polledQueue(process, addressOf(process)));
  return queues.candidates(key, address).map((name) => [name, processes.get(name)!] as const);
}

/** Its workers poll, and that is said of its latest spec. */
function isReady(process: Resource): boolean {
  const isCurrent = valueAt(process, 'status', 'observedGeneration') === valueAt(process, 'metadata', 'generation');
  return isCurrent && previousConditions(process.status).get('WorkersReady')?.status === 'True';
}

/** What its workflows may need; nothing where nobody knows all of it: a pin is missing, of the stable workers or of a canary with a version of its own. */
export function neededPins(process: Resource): string[] {
  const canary = valueAt(process, 'spec', 'rollout', 'canary');
  const isCanaryKnown = valueAt(canary, 'version') === undefined || hasChecksum(valueAt(canary, 'pin'));
  return isCanaryKnown && hasChecksum(valueAt(process, 'spec', 'definitionRef', 'pin')) ? pinsOf(process) : [];
}

function hasChecksum(pin: unknown): boolean {
  return typeof valueAt(pin, 'checksum') === 'string';
}

/** Checksums of its pin, of its canary's and of those it retains. */
function pinsOf(process: Resource): string[] {
  const pin = valueAt(process, 'spec', 'definitionRef', 'pin');
  const canary = valueAt(process, 'spec', 'rollout', 'canary', 'pin');
  const all = [...[pin, canary].filter(isObject), ...objectsAt(process, 'spec', 'definitionRef', 'retained')];
  return all.flatMap(({ checksum }) => (typeof checksum === 'string' ? [checksum] : []));
}
