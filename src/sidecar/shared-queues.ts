/** Which Processes' workers poll one and the same task queue. */

export interface SharedQueues {
  /** This Process (`namespace/name`) polls that queue now (any text that names it), or none; gives the others that this concerns. */
  set(process: string, queue: string | undefined): string[];
  /** The other Processes on its queue, sorted. */
  sharing(process: string): string[];
}

export function sharedQueues(): SharedQueues {
  const queueOf = new Map<string, string>();
  const members = new Map<string, Set<string>>();
  const others = (process: string, queue: string | undefined) =>
    [...(queue === undefined ? [] : (members.get(queue) ?? []))].filter((other) => other !== process);
  return {
    set: (process, queue) => {
      const before = queueOf.get(process);
      if (before === queue) return [];
      if (before !== undefined) {
        members.get(before)?.delete(process);
        if (members.get(before)?.size === 0) members.delete(before);
        queueOf.delete(process);
      }
      if (queue !== undefined) {
        queueOf.set(process, queue);
        members.set(queue, (members.get(queue) ?? new Set<string>()).add(process));
      }
      return [...others(process, before), ...others(process, queue)];
    },
    sharing: (process) => others(process, queueOf.get(process)).sort(),
  };
}
