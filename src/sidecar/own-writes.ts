/**
 * Our own writes to Processes, which are no reason to look again. What the watch brings of one that is being written to may be that write,
 * before its answer, and a look would find nothing new.
 */
import type { Written } from '../kube/apply-status.ts';
import { keyOf } from '../kube/object-key.ts';
import type { Resource } from '../resource.ts';
import type { LiveProcesses } from './live-processes.ts';
import { keepProcess } from './seen/process.ts';

export interface OwnWrites {
  /** Writes, and takes in the answer. */
  write(process: Resource, put: () => Promise<Written>): Promise<Written>;
  /** Something was told of this Process (`namespace/name`). True: it is being written to, and `onChange` is called at the end if that was news. */
  holdBack(key: string): boolean;
}

interface UnderWay {
  writes: number;
  wasTold: boolean;
}

export function openOwnWrites(processes: Pick<LiveProcesses, 'learn'>, onChange: (key: string) => void): OwnWrites {
  const underWay = new Map<string, UnderWay>();
  return {
    write: async (process, put) => {
      const key = keyOf(process);
      const own = underWay.get(key) ?? { writes: 0, wasTold: false };
      own.writes++;
      underWay.set(key, own);
      let isLatest = false;
      try {
        const written = await put();
        if ('process' in written) isLatest = processes.learn(key, keepProcess(written.process));
        return written;
      } finally {
        if (--own.writes === 0) underWay.delete(key);
        if (own.wasTold && !isLatest) onChange(key);
      }
    },
    holdBack: (key) => {
      const own = underWay.get(key);
      if (own) own.wasTold = true;
      return own !== undefined;
    },
  };
}
