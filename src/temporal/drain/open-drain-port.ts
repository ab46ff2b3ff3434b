/** The drain's port to a real Temporal: about one task queue, within the budget of its namespace. */
import { checksumAttribute } from '../../names.ts';
import { grpcStatus, TemporalError } from '../failure.ts';
import { describeBatch, startBatch } from './batch.ts';
import type { DrainPort } from './drain-port.ts';
import { endSome } from './end-some.ts';
import { lateStarters } from './late-starters.ts';
import { countRunning, lookAtRunning, type Queue } from './running.ts';
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
    runningOtherThan: (checksums) => understood(queue, () => lookAtRunning(queue, { otherThan: checksums })),
    count: async ({ startedAfter }) => {
      const { late, undecided } = await lookForLate(startedAfter);
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

/** `checksum` null: of those that have none. Throws a TemporalError. */
export function countOfChecksum(queue: Queue, checksum: string | null): Promise<number> {
  return understood(queue, () => countRunning(queue, { checksum }));
}

/** Of a question about the search attribute: throws a TemporalError of kind AttributeMissing where the namespace does not know it. */
async function understood<T>(queue: Queue, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
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
