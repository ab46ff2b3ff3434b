/** Lists and watches the objects of one kind, and keeps of each only what is asked for. It survives whatever happens to the API server. */
import { setTimeout as delay } from 'node:timers/promises';
import { isObject, nameOf, namespaceOf, objectsAt, type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { failureOf, KubeFailure } from './failure.ts';

export interface WatchOptions<T> {
  readonly kube: Kube;
  /** The collection: `/apis/ameide.io/v1/namespaces/sales/processes`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** What is kept of an object; undefined: it does not count. */
  readonly keep: (object: Resource) => T | undefined;
  /** An object (`namespace/name`) is now so, or gone. After a gap in the watch, what went during it is told, too. */
  readonly onChange: (key: string, now: T | undefined) => void;
  readonly onState?: () => void;
}

export type WatchState =
  | { readonly kind: 'Syncing' | 'Synced' }
  /** `Absent`: the server does not have the kind. */
  | { readonly kind: 'Forbidden' | 'Absent' | 'Disconnected'; readonly message: string };

export interface ResourceWatch<T> {
  readonly store: ReadonlyMap<string, T>;
  state(): WatchState;
  /** It has listed at least once: what is not in the store does not exist, or did not a moment ago. */
  hasListed(): boolean;
  stop(): void;
}

const pageSize = 250;
/** The server ends a watch after so long, spread so that not all end at once; it goes on where it was. */
const watchSeconds = () => Math.round(300 + Math.random() * 300);
/** A kind may be installed, or a right granted, while we wait. */
const refusedPauseMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

export function watchResource<T>(options: WatchOptions<T>): ResourceWatch<T> {
  const store = new Map<string, T>();
  const aborter = new AbortController();
  let state: WatchState = { kind: 'Syncing' };
  let hasListed = false;
  const setState = (next: WatchState) => {
    const isNews = next.kind !== state.kind;
    state = next;
    if (isNews) options.onState?.();
  };
  const change = (key: string, now: T | undefined) => {
    if (now === undefined) {
      if (!store.delete(key)) return;
    } else store.set(key, now);
    options.onChange(key, now);
  };
  const list = async () => {
    const version = await listAll(options, store, change);
    hasListed = true;
    setState({ kind: 'Synced' });
    return version;
  };
  run({ options, list, change, setState, signal: aborter.signal }).catch(() => {});
  return { store, state: () => state, hasListed: () => hasListed, stop: () => aborter.abort() };
}

interface Run<T> {
  readonly options: WatchOptions<T>;
  readonly list: () => Promise<string>;
  readonly change: (key: string, now: T | undefined) => void;
  readonly setState: (state: WatchState) => void;
  readonly signal: AbortSignal;
}

/** Without a version, list; with one, watch from it. A version that the server forgot (410) is none. */
async function run<T>({ options, list, change, setState, signal }: Run<T>): Promise<void> {
  let version: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    try {
      version ??= await list();
      await watchFrom(version, options, signal, (type, object) => {
        version = String(valueAt(object, 'metadata', 'resourceVersion') ?? version);
        failures = 0;
        setState({ kind: 'Synced' });
        if (type !== 'BOOKMARK') change(keyOf(object), type === 'DELETED' ? undefined : options.keep(object));
      });
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof KubeFailure ? error : new KubeFailure('ServerFailed', (error as Error).message);
      if (failure.kind === 'Gone') version = undefined;
      setState(stateAfter(failure));
      // A version that was forgotten is no failure of the server: list at once, but not again and again.
      if (failure.kind === 'Gone' && failures++ === 0) continue;
      if (failure.kind === 'Forbidden' || failure.kind === 'NotFound') version = undefined;
      await delay(pauseAfter(failure, failures++), undefined, { signal }).catch(() => {});
    }
  }
}

function stateAfter({ kind, message }: KubeFailure): WatchState {
  if (kind === 'Forbidden') return { kind: 'Forbidden', message };
  if (kind === 'NotFound') return { kind: 'Absent', message };
  return { kind: 'Disconnected', message };
}

function pauseAfter({ kind, retryAfterMs }: KubeFailure, failures: number): number {
  const grown = Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
  const base = kind === 'Forbidden' || kind === 'NotFound' ? Math.min(1_000 * 2 ** failures, refusedPauseMs) : (retryAfterMs ?? grown);
  return base * (0.75 + Math.random() / 2);
}

/** Page by page, so that no list is held whole; gives the version to watch from. */
async function listAll<T>(options: WatchOptions<T>, store: ReadonlyMap<string, T>, change: Run<T>['change']): Promise<string> {
  const { kube, keep } = options;
  const found = new Set<string>();
  let token = '';
  for (;;) {
    const page = await kube.request({
      method: 'GET',
      path: pathOf(options, { limit: String(pageSize), ...(token && { continue: token }) }),
    });
    for (const item of objectsAt(page, 'items')) {
      const key = keyOf(item);
      found.add(key);
      change(key, keep(item));
    }
    const next = valueAt(page, 'metadata', 'continue');
    token = typeof next === 'string' ? next : '';
    if (token !== '') continue;
    for (const key of [...store.keys()]) if (!found.has(key)) change(key, undefined);
    return String(valueAt(page, 'metadata', 'resourceVersion') ?? '');
  }
}

async function watchFrom<T>(
  version: string,
  options: WatchOptions<T>,
  signal: AbortSignal,
  onEvent: (type: string, object: Resource) => void,
): Promise<void> {
  const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version, timeoutSeconds: String(watchSeconds()) };
  let failure: KubeFailure | undefined;
  const ended = new AbortController();
  const onObject = ({ type, object }: Resource) => {
    if (!isObject(object) || failure) return;
    if (type !== 'ERROR') return onEvent(String(type), object);
    failure = failureOf(Number(object.code) || 500, object);
    ended.abort();
  };
  await options.kube.stream(pathOf(options, query), onObject, AbortSignal.any([signal, ended.signal])).catch((error: unknown) => {
    throw failure ?? error;
  });
  if (failure) throw failure;
}

function pathOf<T>({ path, labelSelector }: WatchOptions<T>, query: Record<string, string>): string {
  return `${path}?${new URLSearchParams({ ...(labelSelector !== undefined && { labelSelector }), ...query })}`;
}

function keyOf(object: Resource): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}
