/** Looks again whenever something that concerns the Processes changes, until all is well or the time is up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kube } from '../kube/connect.ts';
import { watchResource } from '../kube/watch-resource.ts';
import { collectionsOf, pathOf, type Scope } from './scope.ts';

/** One apply changes many objects: they are looked at together. */
const settleMs = 200;
/** What cannot be watched is asked again so late. */
const retryMs = 1000;

export interface Looked<T> {
  readonly found: T;
  /** `Well`: done. `Hopeless`: waiting would change nothing. `Blind`: the server did not answer, or does not know the kind yet. */
  readonly state: 'Well' | 'NotWell' | 'Blind' | 'Hopeless';
}

export interface WaitOptions<T> {
  readonly kube: Kube;
  readonly scope: Scope;
  readonly waitMs: number;
  /** It should not take much longer than this. */
  readonly look: (leftMs: number) => Promise<Looked<T>>;
  /** Called after each look that is not the last one, and every second. */
  readonly onWait: (found: T, leftMs: number) => void;
}

/** What was found at last. */
export async function waitLive<T>({ kube, scope, waitMs, look, onWait }: WaitOptions<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  const left = () => Math.max(deadline - Date.now(), 0);
  const bell = openBell();
  let watches: { stop(): void }[] = [];
  let last: Looked<T> | undefined;
  const ticker = setInterval(() => last && onWait(last.found, left()), 1000);
  try {
    for (;;) {
      bell.reset();
      const lookedAt = Date.now();
      last = await look(left());
      const tookMs = Date.now() - lookedAt;
      if (last.state === 'Well' || last.state === 'Hopeless' || left() === 0) return last.found;
      onWait(last.found, left());
      if (last.state === 'Blind') await delay(Math.min(retryMs, left()));
      else {
        // Not earlier: a watch of a kind that is not known yet would ask again only after long pauses. Its first list rings, too.
        if (watches.length === 0) watches = watchAll(kube, scope, bell.ring);
        await bell.rings(left());
      }
      // What takes long to read must not be read all the time.
      await delay(Math.min(Math.max(settleMs, tookMs), left()));
    }
  } finally {
    clearInterval(ticker);
    for (const watch of watches) watch.stop();
  }
}

/** What is kept of an object is only that it is there: each look reads all there is. */
function watchAll(kube: Kube, scope: Scope, onChange: () => void) {
  return (scope.namespaces ?? [undefined]).flatMap((namespace) =>
    collectionsOf(scope).map((collection) => {
      const { labelSelector } = collection;
      const path = pathOf(collection, namespace);
      return watchResource({ kube, path, ...(labelSelector !== undefined && { labelSelector }), keep: () => true, onChange });
    }),
  );
}

/** Rings that come while nobody waits are kept. */
function openBell() {
  let hasRung = false;
  let wake = () => {};
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    reset: () => {
      hasRung = false;
    },
    /** Resolves with the next ring, or after so long. */
    rings: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (hasRung) wake();
      }),
  };
}
