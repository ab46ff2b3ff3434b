/** The plainest watch there is: list, then the stream of changes, opened again from where it ended. */
import { readFileSync } from 'node:fs';
import { Agent, request as send } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject, Server } from '../../test/testbed/api.ts';
import { demand } from '../../test/testbed/api.ts';

export interface BareWatch {
  /** Everything that was there has been told. */
  readonly listed: Promise<void>;
  stop(): void;
}

type OnChange = (object: KubeObject, isGone: boolean) => void;

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly KubeObject[];
}

/** `path` is a collection's. An expired watch ends the program: a benchmark that lost changes measured nothing. */
export function bareWatch(server: Server, path: string, onChange: OnChange): BareWatch {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(server.caFile) });
  let isStopped = false;
  const list = async () => {
    const { metadata, items } = (await demand(server, 'GET', path)) as List;
    for (const item of items) onChange(item, false);
    return metadata.resourceVersion;
  };
  const follow = async (from: string) => {
    let version = from;
    while (!isStopped) {
      version = await stream({
        server,
        agent,
        path: `${path}?watch=1&allowWatchBookmarks=true&resourceVersion=${version}`,
        onChange,
        version,
      });
      await delay(10);
    }
  };
  const listed = list().then((version) => {
    void follow(version);
  });
  const stop = () => {
    isStopped = true;
    agent.destroy();
  };
  return { listed, stop };
}

interface Stream {
  readonly server: Server;
  readonly agent: Agent;
  readonly path: string;
  readonly version: string;
  readonly onChange: OnChange;
}

/** Gives the version to go on from, when the stream has ended however it did. */
function stream({ server, agent, path, version, onChange }: Stream): Promise<string> {
  return new Promise((resolve) => {
    let last = version;
    let rest = '';
    const line = (text: string) => {
      const { type, object } = JSON.parse(text) as { type: string; object: KubeObject };
      if (type === 'ERROR') throw new Error(`watch of ${path}: ${text}`);
      last = String(object.metadata.resourceVersion);
      if (type !== 'BOOKMARK') onChange(object, type === 'DELETED');
    };
    const headers = { authorization: `Bearer ${server.token}`, accept: 'application/json' };
    const call = send(new URL(path, server.url), { agent, headers }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop()!;
        for (const text of lines) line(text);
      });
      response.on('error', () => {}).on('close', () => resolve(last));
    });
    call.on('error', () => resolve(last));
    call.end();
  });
}
