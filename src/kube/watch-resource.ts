/** Lists and watches the objects of one kind, and keeps of each only what is asked for. It survives whatever happens to the API server. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Resource, valueAt } from '../resource.ts';
import { type BackOff, backOffMs } from './back-off.ts';
import type { Kube } from './connect.ts';
import { failureOf, isFailure, KubeFailure } from './failure.ts';
import { feedLines } from './json-pieces.ts';
import { listPages } from './list-pages.ts';
import { type ProjectionStore, projectionStore } from './projection-store.ts';

export interface WatchOptions<T> {
  readonly kube: Pick<Kube, 'stream'>;
  /** The collection: `/apis/ameide.io/v1/namespaces/sales/processes`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** What is kept of an object; undefined: it does not count. */
  readonly keep: (object: Resource) => T | undefined;
  /** An object (`namespace/name`) is now so, or gone. After a gap in the watch, what went during it is told, too; what stayed is not. */
  readonly onChange: (key: string, now: T | undefined) => void;
  readonly onState?: () => void;
  /** `keep` or `onChange` threw about this object: it is skipped, the others go on. */
  readonly onError?: (key: string, error: unknown) => void;
}

export type WatchState =
  /** `Synced`: what is stored is what the API server has, but for what is on its way. */
  | { readonly kind: 'Syncing' | 'Synced' }
  /** `Absent`: the server does not have the kind. `Disconnected`: it is being mended, and what is stored may be old. */
  | { readonly kind: 'Forbidden' | 'Absent' | 'Disconnected'; readonly message: string };

export interface ResourceWatch<T> {
  readonly store: ReadonlyMap<string, T>;
  state(): WatchState;
  /** It has listed at least once: what is not in the store does not exist, or did not a moment ago. */
  hasListed(): boolean;
  /** Changes were told at least once: it may not only list. */
  hasWatched(): boolean;
  stop(): void;
}

const pageSize = 250;
const soon: BackOff = { firstMs: 100, longestMs: 5_000 };
/** What a person has to mend. The first attempts come quickly: an API server that has just started may refuse what it allows later. */
const later: BackOff = { firstMs: 1_000, longestMs: 30_000 };
/** The server ends a watch after a time between this and twice as much. */
const watchSeconds = 300;
/** A watch that lasted so long has worked, however it ended. */
const steadyMs = 5_000;
/** So often in a row a watch may fail at the server's side before its resource version is given up. */
const toleratedFailures = 3;

export function watchResource<T>(options: WatchOptions<T>): ResourceWatch<T> {
  const store = projectionStore(options);
  const stopping = new AbortController();
  let state: WatchState = { kind: 'Syncing' };
  let hasListed = false;
  let hasWatched = false;
  const enter = (next: WatchState) => {
    if (stopping.signal.aborted) return;
    const isNews = next.kind !== state.kind;
    state = next;
    if (isNews) options.onState?.();
  };
  const listed = () => {
    hasListed = true;
    enter({ kind: 'Synced' });
  };
  const opened = () => {
    hasWatched = true;
    enter({ kind: 'Synced' });
  };
  void follow({ options, store, enter, listed, opened, signal: stopping.signal });
  return {
    store: store.objects,
    state: () => state,
    hasListed: () => hasListed,
    hasWatched: () => hasWatched,
    stop: () => stopping.abort(new Error('stopped')),
  };
}

interface Following<T> {
  readonly options: WatchOptions<T>;
  readonly store: ProjectionStore<T>;
  readonly enter: (state: WatchState) => void;
  readonly listed: () => void;
  /** The watch is open. */
  readonly opened: () => void;
  readonly signal: AbortSignal;
}

/** Where it is: without a resource version it has to list. */
interface Position {
  version: string | undefined;
  /** In a row. */
  failures: number;
  /** The `continue` of a list had expired before the last page was read. */
  isPagingTooSlow: boolean;
}

async function follow<T>(following: Following<T>): Promise<void> {
  const { signal } = following;
  const position: Position = { version: undefined, failures: 0, isPagingTooSlow: false };
  while (!signal.aborted) {
    const startedAt = performance.now();
    let pause: number;
    try {
      if (position.version === undefined) await list(following, position);
      await watch(following, position);
      pause = pauseAfterEnd(position, performance.now() - startedAt);
    } catch (error) {
      if (signal.aborted) return;
      if (performance.now() - startedAt > steadyMs) position.failures = 0;
      position.failures++;
      pause = pauseAfterFailure(following, position, error);
    }
    await delay(pause, undefined, { signal }).catch(() => {});
  }
}

async function list<T>({ options, store, listed, signal }: Following<T>, position: Position): Promise<void> {
  const { kube, path } = options;
  const replacement = store.replace();
  const size = position.isPagingTooSlow ? undefined : pageSize;
  try {
    const query = selectorOf(options);
    position.version = await listPages({ kube, path, query, pageSize: size, signal, onItem: replacement.put });
  } catch (error) {
    position.isPagingTooSlow = isFailure(error, 'Gone');
    throw error;
  }
  position.isPagingTooSlow = false;
  replacement.end();
  listed();
}

/** Returns when the server has ended it. The position moves with every event, so that the next one misses nothing. */
function watch<T>({ options, store, opened, signal }: Following<T>, position: Position): Promise<void> {
  const query = new URLSearchParams({
    ...selectorOf(options),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: position.version ?? '',
    timeoutSeconds: String(Math.round(watchSeconds * (1 + Math.random()))),
  });
  const onEvent = ({ type, object }: Resource) => {
    if (type === 'ERROR') throw failureOf(Number(valueAt(object, 'code') ?? 500), object);
    const found = object as Resource;
    const version = valueAt(found, 'metadata', 'resourceVersion');
    if (type === 'DELETED') store.remove(found);
    else if (type !== 'BOOKMARK') store.put(found);
    if (typeof version === 'string') position.version = version;
  };
  return options.kube.stream({ path: `${options.path}?${query}`, signal, onOpen: opened, onChunk: feedLines(onEvent) });
}

function selectorOf<T>({ labelSelector, fieldSelector }: WatchOptions<T>): Record<string, string> {
  return { ...(labelSelector !== undefined && { labelSelector }), ...(fieldSelector !== undefined && { fieldSelector }) };
}

/** Ends are usual; those that come at once again and again are not. */
function pauseAfterEnd(position: Position, lastedMs: number): number {
  position.failures = lastedMs > steadyMs ? 0 : position.failures + 1;
  return backOffMs(position.failures, soon);
}

function pauseAfterFailure<T>({ store, enter }: Following<T>, position: Position, error: unknown): number {
  const { failures } = position;
  const { kind, message, retryAfterMs = 0 } = error instanceof KubeFailure ? error : new KubeFailure('ServerFailed', String(error));
  const isStuck = (kind === 'ServerFailed' || kind === 'Invalid') && failures >= toleratedFailures;
  if (kind === 'Gone' || kind === 'Forbidden' || kind === 'NotFound' || isStuck) position.version = undefined;
  // No failure of the server, as after its restart: list at once, but not again and again.
  if (kind === 'Gone') return backOffMs(failures - 1, soon);
  if (kind === 'Forbidden') {
    enter({ kind, message });
    return backOffMs(failures, later);
  }
  // Once is no proof: an API server that has just started knows its CRDs a moment later.
  if (kind === 'NotFound' && (store.objects.size === 0 || failures > 1)) {
    store.clear();
    enter({ kind: 'Absent', message });
    return backOffMs(failures, later);
  }
  enter({ kind: 'Disconnected', message });
  return Math.max(retryAfterMs, backOffMs(failures, soon));
}
