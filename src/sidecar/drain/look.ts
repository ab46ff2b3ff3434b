/** The reader of the drain: what runs on the queue, its Schedules and batches, asked only while a drain is on. */
import type { Resource } from '../../resource.ts';
import type { DrainPort, SeenBatch } from '../../temporal/drain/drain-port.ts';
import { TemporalError } from '../../temporal/failure.ts';
import { reasonFor } from '../../temporal/reason.ts';
import type { TemporalWatch } from '../../temporal/temporal-watch.ts';
import type { Cluster } from '../cluster.ts';
import type { SeenRunning } from '../observation.ts';
import type { Drain, SeenDrain, SeenWork, Sharer } from './drain.ts';
import { openJob } from './ending.ts';
import { handOver, readySuccessors } from './hand-over.ts';
import { zeroGapMs, zerosNeeded } from './machine.ts';
import { neededPins, sharersOf } from './sharers.ts';
import { readDrain } from './status.ts';
import { wantedDrain } from './wanted.ts';

export interface DrainLooks {
  /** Undefined: no drain is on. */
  look(key: string, process: Resource): Promise<SeenDrain | undefined>;
  /** Batches are refused for this Process: from now on one by one. */
  refuseBatches(key: string): void;
  /** A job that is done one by one has reached all of them. */
  finish(key: string, jobId: string): void;
  forget(key: string): void;
}

/** What a restart forgets, and finds out again. */
interface Memory {
  batchesRefused: boolean;
  schedulesAtMs: number;
  running?: SeenRunning;
  readonly finished: Set<string>;
}

/** So often it is looked for Schedules that were added or resumed meanwhile. */
const schedulesMs = 30_000;

export function openDrainLooks(cluster: Cluster, temporal: TemporalWatch): DrainLooks {
  const memories = new Map<string, Memory>();
  const memoryOf = (key: string): Memory => {
    const memory = memories.get(key) ?? { batchesRefused: false, schedulesAtMs: Number.NEGATIVE_INFINITY, finished: new Set() };
    memories.set(key, memory);
    return memory;
  };
  return {
    look: async (key, process) => {
      const wanted = wantedDrain(process);
      const before = readDrain(process);
      if (wanted === undefined || (wanted === 'Off' && !before)) {
        memories.delete(key);
        return;
      }
      const address = temporal.seen(key)?.address;
      const sharers = sharersOf(key, address, cluster);
      const failure = knownFailure(key, temporal);
      const port = temporal.drainPort(key);
      if (failure || !port) return { sharers, failure: failure ?? nowhere };
      try {
        return { sharers, work: await lookAt({ process, port, before, sharers, memory: memoryOf(key), isOff: wanted === 'Off' }) };
      } catch (error) {
        if (!(error instanceof TemporalError)) throw error;
        return { sharers, failure: { reason: reasonFor(error.kind), message: error.message } };
      }
    },
    refuseBatches: (key) => {
      memoryOf(key).batchesRefused = true;
    },
    finish: (key, jobId) => {
      memoryOf(key).finished.add(jobId);
    },
    forget: (key) => memories.delete(key),
  };
}

const nowhere = { reason: 'NotRendered', message: 'no Deployment says where its Temporal is' } as const;

/** A silent server is not asked, with a deadline each time, what is known already. */
function knownFailure(key: string, temporal: TemporalWatch): SeenDrain['failure'] {
  const server = temporal.seen(key)?.server;
  if (server?.state !== 'Fails') return;
  return { reason: reasonFor(server.failure), message: server.message };
}

interface Place {
  readonly process: Resource;
  readonly port: DrainPort;
  readonly before: Drain | undefined;
  readonly sharers: readonly Sharer[];
  readonly memory: Memory;
  readonly isOff: boolean;
}

async function lookAt(place: Place): Promise<SeenWork> {
  const { port, before, memory, isOff } = place;
  const { askedAt: at, count: remaining } = isOff ? { askedAt: new Date().toISOString(), count: 0 } : await countRunning(place);
  const startedSince = before && (remaining === 0 ? 0 : await port.count({ startedAfter: before.since }));
  const job = before && openJob(before.jobs);
  const unserved = remaining === 0 ? undefined : await countUnserved(place);
  return {
    at,
    remaining,
    batchesRefused: memory.batchesRefused,
    ...(startedSince !== undefined && { startedSince }),
    ...(unserved && { unserved }),
    ...(job && { job: { id: job.id, ...(await progressOf(port, job.id, memory)) } }),
    ...(isDue(before, memory) && { schedules: await lookAtSchedules(port, memory) }),
  };
}

/**
 * Each object of a Process that goes is a reason to look at it, and hundreds go at once. While zeros are missing, and the last one was just
 * now, nothing that would be found ends the drain: so it is not asked for. Only a zero that was seen, and that the status has counted:
 * whoever has all of them is asked about each time, because something may run since.
 */
async function countRunning({ port, before, memory }: Place): Promise<SeenRunning> {
  const last = memory.running;
  const ageMs = last ? Date.now() - Date.parse(last.askedAt) : Number.NaN;
  const isCounted = last?.count === 0 && before?.zeroAt === last.askedAt && before.zeros < zerosNeeded;
  if (isCounted && ageMs >= 0 && ageMs < zeroGapMs) return last;
  memory.running = await port.running();
  return memory.running;
}

async function progressOf(port: DrainPort, jobId: string, { finished }: Memory): Promise<{ batch?: SeenBatch }> {
  if (finished.has(jobId)) return { batch: { state: 'Completed', total: 0, done: 0, failed: 0 } };
  const batch = await port.batch(jobId);
  return batch ? { batch } : {};
}

function isDue(before: Drain | undefined, { schedulesAtMs }: Memory): boolean {
  const isBusy = !before || before.phase === 'Pausing' || before.phase === 'Reopening' || before.phase === 'HandingOver';
  return isBusy || performance.now() - schedulesAtMs >= schedulesMs;
}

async function lookAtSchedules(port: DrainPort, memory: Memory): ReturnType<DrainPort['schedules']> {
  const schedules = await port.schedules();
  memory.schedulesAtMs = performance.now();
  return schedules;
}

/** Only where somebody else may go on with them, and is not known to have all of their definitions. */
async function countUnserved({ process, port, sharers }: Place): Promise<SeenWork['unserved']> {
  const successors = readySuccessors(sharers);
  if (successors.length === 0 || handOver({ pins: neededPins(process), seen: { sharers } }).heir) return;
  try {
    const counts: Record<string, SeenRunning> = {};
    for (const { name, pins } of successors) counts[name] = await port.runningOtherThan(pins);
    return counts;
  } catch (error) {
    if (error instanceof TemporalError && error.kind === 'AttributeMissing') return;
    throw error;
  }
}
