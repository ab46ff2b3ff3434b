/** Follows a collection of the API server: what is there, and each change. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { demand, type KubeObject, type Server } from '../api.ts';

export interface Watcher<T> {
  readonly server: Server;
  readonly path: string;
  /** Also once more for each object whenever the watch had to begin anew. */
  seen(object: T): void;
  gone(object: T): void;
  readonly signal: AbortSignal;
}

type Live = KubeObject & { readonly metadata: { readonly uid: string; readonly resourceVersion: string } };

/** Until `signal` is aborted; outlives the API server. */
export async function watch<T extends KubeObject>(watcher: Watcher<T>): Promise<void> {
  const known = new Map<string, Live>();
  while (!watcher.signal.aborted) {
    try {
      let version: string | undefined = await list(watcher as unknown as Watcher<Live>, known);
      while (version && !watcher.signal.aborted) version = await follow(watcher as unknown as Watcher<Live>, known, version);
    } catch {
      // The server is away; it is asked again.
      await delay(200, undefined, { ref: false });
    }
  }
}

async function list({ server, path, seen, gone }: Watcher<Live>, known: Map<string, Live>): Promise<string> {
  const { items, metadata } = (await demand(server, 'GET', path)) as { items: Live[]; metadata: { resourceVersion: string } };
  const now = new Map(items.map((item) => [item.metadata.uid, item]));
  for (const [uid, object] of known) if (!now.has(uid)) gone(object);
  known.clear();
  for (const [uid, object] of now) {
    known.set(uid, object);
    seen(object);
  }
  return metadata.resourceVersion;
}

/** The version to go on from when the server ended it in peace; undefined: it has to begin anew. */
async function follow(watcher: Watcher<Live>, known: Map<string, Live>, from: string): Promise<string | undefined> {
  let version = from;
  for await (const line of lines(watcher, from)) {
    const { type, object } = JSON.parse(line) as { type: string; object: Live };
    if (type === 'ERROR') return undefined;
    version = object.metadata.resourceVersion;
    if (type === 'DELETED') {
      known.delete(object.metadata.uid);
      watcher.gone(object);
    } else if (type !== 'BOOKMARK') {
      known.set(object.metadata.uid, object);
      watcher.seen(object);
    }
  }
  return version;
}

async function* lines({ server, path, signal }: Watcher<Live>, version: string): AsyncGenerator<string> {
  const url = new URL(path, server.url);
  for (const [name, value] of Object.entries({ watch: '1', allowWatchBookmarks: '1', resourceVersion: version })) {
    url.searchParams.set(name, value);
  }
  const headers = { authorization: `Bearer ${server.token}`, accept: 'application/json' };
  const call = request(url, { headers, ca: readFileSync(server.caFile), agent: false, signal });
  // Nobody's test should last for the sake of a watch.
  call.on('socket', (socket) => socket.unref());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.on('response', resolve).on('error', reject).end();
  });
  if (response.statusCode !== 200) throw new Error(`watch ${path}: ${response.statusCode}`);
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
