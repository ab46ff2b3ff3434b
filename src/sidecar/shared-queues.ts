/** Which Processes are meant for one and the same task queue, kept current with the watches: nobody walks all Processes to know it. */
import { type Resource, valueAt } from '../resource.ts';

/** Where a Process's workers poll. */
export interface PolledQueue {
  /** The Temporal namespace and the task queue, in one text. */
  readonly name: string;
  /** `host:port`; undefined: nothing says it, so it may be any. */
  readonly address: string | undefined;
}

export interface SharedQueues {
  /** This Process (`namespace/name`) polls there now; undefined: it is gone. Gives the others that this concerns. */
  set(process: string, queue: PolledQueue | undefined): string[];
  /** The others that poll this Process's queue at `address`, or may do so once somebody says where; sorted. `address` undefined: at any. */
  candidates(process: string, address: string | undefined): string[];
}

export function sharedQueues(): SharedQueues {
  const queueOf = new Map<string, PolledQueue>();
  const members = new Map<string, Set<string>>();
  const others = (process: string, queue: PolledQueue | undefined) =>
    [...((queue && members.get(queue.name)) ?? [])].filter((other) => other !== process).sort();
  return {
    set: (process, queue) => {
      const before = queueOf.get(process);
      if (before?.name === queue?.name && before?.address === queue?.address) return [];
      if (before) {
        members.get(before.name)?.delete(process);
        if (members.get(before.name)?.size === 0) members.delete(before.name);
        queueOf.delete(process);
      }
      if (queue) {
        queueOf.set(process, queue);
        members.set(queue.name, (members.get(queue.name) ?? new Set<string>()).add(process));
      }
      return [...new Set([...others(process, before), ...others(process, queue)])];
    },
    candidates: (process, address) =>
      others(process, queueOf.get(process)).filter((other) => {
        const theirs = queueOf.get(other)?.address;
        return theirs === undefined || address === undefined || theirs === address;
      }),
  };
}

/** As the Process says it; the address as its Deployment has it. */
export function polledQueue(process: Resource, address: unknown): PolledQueue {
  const name = JSON.stringify([valueAt(process, 'spec', 'temporal', 'namespace'), valueAt(process, 'spec', 'temporal', 'taskQueue')]);
  return { name, address: typeof address === 'string' ? address : undefined };
}
