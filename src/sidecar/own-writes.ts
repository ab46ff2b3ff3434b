/**
 * Our writes to Processes. What the watch brings of one while it is written to may be that write itself, before its answer: who looked at it
 * for that would find nothing new, after each write.
 */

import type { Written } from '../kube/apply-status.ts';
import { keyOf } from '../kube/object-key.ts';
import type { Resource } from '../resource.ts';
import type { LiveProcesses } from './live-processes.ts';
import { keepProcess } from './seen/process.ts';

export interface OwnWrites {
  /** Writes, and takes in the answer. One at a time to each Process. */
  write(process: Resource, put: () => Promise<Written>): Promise<Written>;
  /** Something was told of this Process (`namespace/name`). True: it is written to, and at the end `onChange` is called if that was news. */
  holdBack(key: string): boolean;
}

export function openOwnWrites(processes: Pick<LiveProcesses, 'learn'>, onChange: (key: string) => void): OwnWrites {
  /** Of those that are written to: was anything told meanwhile? */
  const underWay = new Map<string, boolean>();
  return {
    write: async (process, put) => {
      const key = keyOf(process);
      let isLatest = false;
      underWay.set(key, false);
      try {
        const written = await put();
        if ('process' in written) isLatest = processes.learn(key, keepProcess(written.process));
        return written;
      } finally {
        const wasTold = underWay.get(key);
        underWay.delete(key);
        if (wasTold && !isLatest) onChange(key);
      }
    },
    holdBack: (key) => {
      if (!underWay.has(key)) return false;
      underWay.set(key, true);
      return true;
    },
  };
}
