/** Reads a whole list, page by page, an object at a time: what is held is one object, however large the list is. */
import { type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';
import { feedList } from './json-pieces.ts';

export interface ListCall {
  readonly kube: Pick<Kube, 'stream'>;
  /** The collection's. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Undefined: all at once, which needs no `continue` that may expire. */
  readonly pageSize: number | undefined;
  readonly signal: AbortSignal;
  readonly onItem: (item: Resource) => void;
}

const idleMs = 10_000;

/** Gives the resource version of the list, from which a watch goes on. */
export async function listPages({ kube, path, query, pageSize, signal, onItem }: ListCall): Promise<string> {
  let next = '';
  for (;;) {
    const { feed, end } = feedList(onItem);
    const page = { ...query, ...(pageSize && { limit: String(pageSize) }), ...(next && { continue: next }) };
    await kube.stream({ path: `${path}?${new URLSearchParams(page)}`, idleMs, signal, onChunk: feed });
    const { metadata } = end();
    next = text(valueAt(metadata, 'continue'));
    if (next === '') return text(valueAt(metadata, 'resourceVersion'));
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
