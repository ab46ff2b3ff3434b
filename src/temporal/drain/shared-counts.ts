/**
 * Counts what runs on many queues of a namespace with few questions: the visibility store answers only some in a second, and where many
 * Processes are deleted at once, on most of their queues nothing runs.
 */
import type { SeenRunning } from '../../sidecar/observation.ts';
import { isPlain } from './query.ts';
import { lookAtRunning, lookAtRunningOnAny, type Queue } from './running.ts';

export interface SharedCounts {
  /** Everything that runs on the queue. Throws a TemporalError. */
  of(queue: Queue): Promise<SeenRunning>;
}

interface Waiting {
  readonly queue: Queue;
  readonly resolve: (seen: SeenRunning) => void;
  readonly reject: (error: unknown) => void;
}

type Group = readonly Waiting[];

/** Their names, of at most 255 characters, make a query of some kilobytes. */
const mostTogether = 50;
/** Where as many run as a quarter of the queues, to look for them half by half takes more questions than to ask for each. */
const crowdedShare = 1 / 4;

/** `place`: the namespace in which all of the queues are. */
export function openSharedCounts(place: Omit<Queue, 'taskQueue'>): SharedCounts {
  const waiting: Waiting[] = [];
  /** On these something ran when they were counted last: in a group they would only be in the way. */
  const busy = new WeakSet<Queue>();
  let isCounting = false;

  const note = (queue: Queue, seen: SeenRunning): SeenRunning => {
    if (seen.count > 0) busy.add(queue);
    else busy.delete(queue);
    return seen;
  };
  const countAlone = async (queue: Queue) => note(queue, await lookAtRunning(queue));
  const settle = (group: Group, seen: SeenRunning): void => {
    if (seen.count === 0 || group.length === 1) {
      for (const { queue, resolve } of group) resolve(note(queue, seen));
    } else if (seen.count >= group.length * crowdedShare) {
      for (const { queue, resolve, reject } of group) countAlone(queue).then(resolve, reject);
    } else {
      const half = Math.ceil(group.length / 2);
      // Those who came meanwhile do not wait for it.
      for (const part of [group.slice(0, half), group.slice(half)]) void count(() => part);
    }
  };
  /**
   * Who is in the group is known when its turn comes; a question that is put again, with other credentials, is about the same. Never
   * throws: it is told to them.
   */
  const count = async (take: () => Group): Promise<void> => {
    let group: Group | undefined;
    const taken = () => (group ??= take());
    try {
      const seen = await lookAtRunningOnAny(place, () => taken().map(({ queue }) => queue.taskQueue));
      settle(taken(), seen);
    } catch (error) {
      for (const { reject } of taken()) reject(error);
    }
  };
  const countAll = async () => {
    if (isCounting) return;
    isCounting = true;
    while (waiting.length > 0) await count(() => waiting.splice(0, mostTogether));
    isCounting = false;
  };
  return {
    of: (queue) => {
      if (busy.has(queue) || !isPlain(queue.taskQueue)) return countAlone(queue);
      return new Promise((resolve, reject) => {
        waiting.push({ queue, resolve, reject });
        void countAll();
      });
    },
  };
}
