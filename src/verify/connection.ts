/** A connection to the API server, as a verification uses it: to read, and to be told of changes. */
import type { Problem } from '../problem.ts';
import type { Get } from './read-live.ts';

export interface Connection {
  /** The context's namespace. */
  readonly namespace: string;
  readonly get: Get;
  /** Tells of the first list and of every change, and keeps on over failures. */
  watch(options: WatchOptions): { stop(): void };
  close(): void;
}

export interface WatchOptions {
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly onChange: () => void;
}

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function openConnection(_options: ConnectionOptions): Connection | { readonly problem: Problem } {
  throw new Error('not yet');
}
