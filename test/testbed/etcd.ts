/** etcd for the test bed: its flags, its health, and the compaction that makes watches expire. */

import { join } from 'node:path';

/** Durability is of no use to a test; peers do not exist, so their port may be any. */
export function etcdArgs(scratch: string, url: string): string[] {
  return [
    `--data-dir=${join(scratch, 'data')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--log-level=warn',
  ];
}

export async function isEtcdHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

/** Forgets every revision before the current one, and says which that is. etcd's own API, through the JSON gateway that it has for it. */
export async function compactEtcd(url: string): Promise<string> {
  const { header } = (await ask(url, 'range', { key: btoa('/'), limit: '1' })) as { header: { revision: string } };
  await ask(url, 'compaction', { revision: header.revision, physical: true });
  return header.revision;
}

async function ask(url: string, method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${url}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`etcd, ${method}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
