/** Makes the folders that a pod's volumes are. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Server } from '../api.ts';
import { fieldOf } from './fields.ts';
import type { Pod } from './pod.ts';
import { type Keyed, readKeys, requestToken } from './read-objects.ts';

interface Items {
  readonly items?: readonly { readonly key: string; readonly path: string; readonly mode?: number }[];
  readonly optional?: boolean;
}

interface Source {
  readonly configMap?: Items & { readonly name: string };
  readonly secret?: Items & { readonly name?: string; readonly secretName?: string };
  readonly downwardAPI?: { readonly items?: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[] };
  readonly serviceAccountToken?: { readonly path: string; readonly audience?: string; readonly expirationSeconds?: number };
}

export interface Volume extends Source {
  readonly name: string;
  readonly emptyDir?: object;
  readonly projected?: { readonly sources?: readonly Source[] };
}

interface File {
  readonly path: string;
  readonly bytes: Buffer;
}

/** One folder per volume, by name. Throws in the kubelet's words when something that is needed is not there. */
export async function makeVolumes(server: Server, pod: Pod, folder: string): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const target = join(folder, volume.name);
    try {
      const files = await filesOf(server, pod, volume);
      mkdirSync(target, { recursive: true });
      for (const { path, bytes } of files) {
        mkdirSync(dirname(join(target, path)), { recursive: true });
        writeFileSync(join(target, path), bytes, { mode: 0o644 });
      }
    } catch (error) {
      throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${error instanceof Error ? error.message : error}`);
    }
    made.set(volume.name, target);
  }
  return made;
}

async function filesOf(server: Server, pod: Pod, volume: Volume): Promise<File[]> {
  if (volume.emptyDir) return [];
  const sources = volume.projected ? (volume.projected.sources ?? []) : [volume];
  const files: File[] = [];
  for (const source of sources) files.push(...(await filesOfSource(server, pod, source)));
  return files;
}

async function filesOfSource(server: Server, pod: Pod, source: Source): Promise<File[]> {
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source;
  const { namespace } = pod.metadata;
  if (downwardAPI) return downward(pod, downwardAPI);
  if (token) {
    const account = pod.spec.serviceAccountName ?? 'default';
    return [{ path: token.path, bytes: Buffer.from(await requestToken(server, { namespace, account, pod: pod.metadata }, token)) }];
  }
  if (configMap) return readFiles(server, namespace, configMap, { kind: 'configmap', ...configMap });
  if (secret) return readFiles(server, namespace, secret, { kind: 'secret', ...secret, name: secret.name ?? secret.secretName ?? '' });
  throw new Error(`the stand-in kubelet has no such volumes: ${Object.keys(source).join(', ')}`);
}

async function readFiles(server: Server, namespace: string, { items, optional }: Items, keyed: Keyed): Promise<File[]> {
  const keys = (await readKeys(server, namespace, keyed).catch((error) => ownRoots(server, keyed, error))) ?? new Map<string, Buffer>();
  if (!items) return [...keys].map(([path, bytes]) => ({ path, bytes }));
  return items.flatMap(({ key, path }) => {
    const bytes = keys.get(key);
    if (!bytes && !optional) throw new Error(`references non-existent ${keyed.kind === 'secret' ? 'secret' : 'config'} key: ${key}`);
    return bytes ? [{ path, bytes }] : [];
  });
}

/** Every pod with a token wants it; without controllers nobody publishes it. */
function ownRoots(server: Server, { name }: Keyed, error: unknown): Map<string, Buffer> {
  if (name !== 'kube-root-ca.crt') throw error;
  return new Map([['ca.crt', readFileSync(server.caFile)]]);
}

function downward(pod: Pod, { items = [] }: NonNullable<Source['downwardAPI']>): File[] {
  return items.map(({ path, fieldRef }) => ({ path, bytes: Buffer.from(fieldOf(pod, fieldRef?.fieldPath ?? '')) }));
}
