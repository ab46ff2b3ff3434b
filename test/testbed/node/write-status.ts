/** Writes a pod's status: one write at a time, only when something changed, and again when the API server was away. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { request, type Server } from '../api.ts';
import type { Pod, PodStatus } from './pod.ts';

export interface StatusWriter {
  /** There may be something to write. */
  changed(): void;
  /** Once everything is written. */
  settled(): Promise<void>;
}

export interface StatusWriterOptions {
  readonly server: Server;
  readonly pod: Pod;
  status(): PodStatus;
  /** Aborted: nothing is written any more. */
  readonly signal: AbortSignal;
}

export function statusWriter({ server, pod, status, signal }: StatusWriterOptions): StatusWriter {
  const { name, namespace, uid } = pod.metadata;
  let written: PodStatus | undefined;
  let isDirty = false;
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    while (isDirty && !signal.aborted) {
      isDirty = false;
      const next = status();
      if (isDeepStrictEqual(next, written)) continue;
      const code = await patch(server, `/api/v1/namespaces/${namespace}/pods/${name}/status`, { metadata: { uid }, status: next });
      // 404 and 409: this pod is no more, or another has its name.
      if (code < 300 || code === 404 || code === 409) written = next;
      else {
        isDirty = true;
        await delay(200, undefined, { ref: false });
      }
    }
  };
  return {
    changed: () => {
      if (isDirty) return;
      isDirty = true;
      writing = writing.then(write);
    },
    settled: () => writing,
  };
}

async function patch(server: Server, path: string, body: object): Promise<number> {
  try {
    return (await request(server, 'PATCH', path, body)).code;
  } catch {
    return 503;
  }
}
