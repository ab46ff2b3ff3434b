/** The drain's port to a real Temporal: about one task queue, within the budget of its namespace. */
import { checksumAttribute } from '../../names.ts';
import { grpcStatus, TemporalError } from '../failure.ts';
import { describeBatch, startBatch } from './batch.ts';
import type { DrainPort } from './drain-port.ts';
import { endSome } from './end-some.ts';
import { lateStarters } from './late-starters.ts';
import { countRunning, type Queue } from './running.ts';
import { pauseSchedule, resumeSchedule, type ScheduleBook, seenSchedule } from './schedules.ts';
import type { SharedCounts } from './shared-counts.ts';

export interface DrainPortOptions {
  readonly queue: Queue;
  readonly counts: SharedCounts;
  readonly schedules: ScheduleBook;
}

export function openDrainPort({ queue, counts, schedules }: DrainPortOptions): DrainPort {
  const { ask, namespace, taskQueue } = queue;
  const lookForLate = lateStarters(queue);
  return {
    running: () => counts.of(queue),
    count: async (what) => {
      if ('checksum' in what) return countOfChecksum(queue, what.checksum);
      const { late, undecided } = await lookForLate(what.startedAfter);
      return late.length + undecided;
    },
    schedules: async () => [...(await schedules.ofQueue(ask, taskQueue))].map(([id, found]) => seenSchedule(id, found)),
    pause: (id, note) => pauseSchedule(ask, namespace, id, note),
    resume: (id, note) => resumeSchedule(ask, namespace, id, note),
    startBatch: (job) => startBatch(queue, job, lookForLate),
    batch: (jobId) => describeBatch(queue, jobId),
    endSome: endSome(queue, lookForLate),
  };
}

/** Throws a TemporalError of kind AttributeMissing where the namespace does not know the search attribute. `checksum` null: of those that have none. */
export async function countOfChecksum(queue: Queue, checksum: string | null): Promise<number> {
  try {
    return await countRunning(queue, { checksum });
  } catch (error) {
    if (!(error instanceof TemporalError) || error.answered.code !== grpcStatus.invalidArgument) throw error;
    // It is the attribute that the server does not understand, if it understands the rest.
    await countRunning(queue);
    throw new TemporalError(
      'AttributeMissing',
      `the search attribute ${checksumAttribute} (Keyword) is not registered in the Temporal namespace: ${error.message}`,
    );
  }
}
