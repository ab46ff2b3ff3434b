/** The statuses of all Processes as anybody who watches them sees them, and when. */

import { objectsAt, valueAt } from '../../src/resource.ts';
import type { KubeObject, Server } from '../../test/testbed/api.ts';
import { bareWatch } from './bare-watch.ts';

export interface SeenStatus {
  /** Of the condition Ready; undefined: there is none. */
  readonly ready: string | undefined;
  readonly reason: string | undefined;
  /** When it was first seen so, as `performance.now()` counts. */
  readonly at: number;
}

export interface Statuses {
  of(key: string): SeenStatus | undefined;
  /** How many of these are Ready. */
  readyAmong(keys: readonly { readonly key: string }[]): number;
  /** When the status came to be so. Throws when it does not within the limit, with what was seen last. */
  when(key: string, isSo: (seen: SeenStatus) => boolean, limitMs?: number): Promise<number>;
  /** How often a status changed, whatever in it. */
  changes(): number;
  /** `performance.now()` of the last change. */
  lastChange(): number;
  stop(): void;
}

interface Waiting {
  readonly isSo: (seen: SeenStatus) => boolean;
  readonly resolve: (at: number) => void;
}

export async function watchStatuses(server: Server): Promise<Statuses> {
  const seen = new Map<string, SeenStatus>();
  const texts = new Map<string, string>();
  const waiting = new Map<string, Waiting[]>();
  let [changes, last] = [0, 0];
  const onChange = (process: KubeObject, isGone: boolean) => {
    const at = performance.now();
    const key = `${process.metadata.namespace}/${process.metadata.name}`;
    const text = JSON.stringify(process.status);
    if (isGone) {
      seen.delete(key);
      texts.delete(key);
    } else if (!texts.has(key) || texts.get(key) !== text) {
      if (texts.has(key)) {
        changes++;
        last = at;
      }
      texts.set(key, text);
      seen.set(key, { ...readyOf(process), at });
      waiting.set(
        key,
        (waiting.get(key) ?? []).filter(({ isSo, resolve }) => !isSo(seen.get(key)!) || resolve(at)),
      );
    }
  };
  const watch = bareWatch(server, '/apis/ameide.io/v1/processes', onChange);
  await watch.listed;
  return {
    of: (key) => seen.get(key),
    readyAmong: (keys) => keys.filter(({ key }) => seen.get(key)?.ready === 'True').length,
    changes: () => changes,
    lastChange: () => last,
    stop: watch.stop,
    when: (key, isSo, limitMs = 30_000) => {
      const now = seen.get(key);
      if (now && isSo(now)) return Promise.resolve(now.at);
      return new Promise((resolve, reject) => {
        const late = () => reject(new Error(`${key}: not as expected after ${limitMs / 1000} s; seen: ${JSON.stringify(seen.get(key))}`));
        const timer = setTimeout(late, limitMs);
        const done = (at: number) => {
          clearTimeout(timer);
          resolve(at);
        };
        waiting.set(key, [...(waiting.get(key) ?? []), { isSo, resolve: done }]);
      });
    },
  };
}

function readyOf(process: KubeObject): Pick<SeenStatus, 'ready' | 'reason'> {
  const ready = objectsAt(process.status, 'conditions').find(({ type }) => type === 'Ready');
  const text = (field: string) => (ready ? String(valueAt(ready, field)) : undefined);
  return { ready: text('status'), reason: text('reason') };
}

export const isReady = ({ ready }: SeenStatus) => ready === 'True';
