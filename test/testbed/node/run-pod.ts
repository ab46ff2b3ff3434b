/** The life of one pod on this node: volumes, containers, status, and its deletion. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request, type Server } from '../api.ts';
import type { BackOff } from './back-off.ts';
import { now } from './container-status.ts';
import { eventTeller } from './events.ts';
import type { Images } from './images.ts';
import type { Pod, PodCondition } from './pod.ts';
import type { PodContext } from './pod-context.ts';
import { podStatus } from './pod-status.ts';
import { type Container, createContainer } from './run-container.ts';
import { makeVolumes } from './volumes.ts';
import { type StatusWriter, statusWriter } from './write-status.ts';

export interface NodeContext {
  readonly server: Server;
  readonly images: Images;
  readonly backOff: BackOff;
  readonly hosts: Readonly<Record<string, string>>;
  readonly scratch: string;
  /** Aborted: the node stops. */
  readonly signal: AbortSignal;
}

export interface RunningPod {
  readonly containers: readonly Container[];
  /** A newer version of it was seen. */
  update(pod: Pod): void;
  /** It is not there any more, so it ends at once. */
  gone(): void;
  /** Everything that a container wrote. */
  log(container: string): string;
  /** Once its processes have ended and it is deleted. */
  readonly over: Promise<void>;
}

export function runPod(first: Pod, node: NodeContext): RunningPod {
  const { server, images, backOff, hosts, scratch, signal } = node;
  const folder = join(scratch, first.metadata.uid);
  mkdirSync(folder);
  const ending = new AbortController();
  let [latest, areVolumesMounted, isGone] = [first, false, false];
  let before: readonly PodCondition[] = [];
  const startTime = now();
  const status = () => {
    const seen = {
      pod: latest,
      containers: containers.map((container) => container.status()),
      areVolumesMounted,
      startTime,
      now: now(),
      before,
    };
    const next = podStatus(seen);
    before = next.conditions;
    return next;
  };
  const writer = statusWriter({ server, pod: first, status, signal });
  const event = eventTeller(server, first);
  const context: PodContext = { server, images, backOff, hosts, scratch, folder, event, pod: () => latest, changed: writer.changed };
  const containers = first.spec.containers.map((spec) => createContainer(spec, context));
  const mounted = () => {
    areVolumesMounted = true;
  };
  let endsWithin = Number.POSITIVE_INFINITY;
  const end = (graceSeconds: number) => {
    // One SIGTERM, however often a pod that is being deleted changes; a shorter grace counts.
    if (graceSeconds >= endsWithin) return;
    endsWithin = graceSeconds;
    ending.abort();
    for (const container of containers) container.end(graceSeconds);
  };
  const over = live({ context, containers, ending: ending.signal, writer, mounted, isGone: () => isGone || signal.aborted });
  return {
    containers,
    over,
    update: (pod) => {
      latest = pod;
      const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
      if (deletionTimestamp) end(deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds);
    },
    gone: () => {
      isGone = true;
      end(0);
    },
    log: (container) => readFileSync(join(folder, `${container}.log`), 'utf8'),
  };
}

interface Life {
  readonly context: PodContext;
  readonly containers: readonly (Container & { run(volumes: ReadonlyMap<string, string>): void })[];
  readonly ending: AbortSignal;
  readonly writer: StatusWriter;
  mounted(): void;
  isGone(): boolean;
}

async function live({ context, containers, ending, writer, mounted, isGone }: Life): Promise<void> {
  writer.changed();
  const volumes = await mountVolumes(context, ending);
  if (volumes) {
    mounted();
    for (const container of containers) container.run(volumes);
    await Promise.all(containers.map(({ finished }) => finished));
    writer.changed();
  }
  await writer.settled();
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve));
  if (!isGone()) await remove(context);
}

/** Tries until everything is there. Undefined: the pod is to end. */
async function mountVolumes(
  { server, pod, folder, event, backOff }: PodContext,
  ending: AbortSignal,
): Promise<Map<string, string> | undefined> {
  for (let ms = backOff.firstMs / 2; !ending.aborted; ms = Math.min(2 * ms, backOff.longestMs)) {
    try {
      if (pod().spec.initContainers?.length) throw new Error('the stand-in kubelet does not run init containers');
      return await makeVolumes(server, pod(), join(folder, 'volumes'));
    } catch (error) {
      event('Warning', 'FailedMount', error instanceof Error ? error.message : String(error));
      await delay(ms, undefined, { ref: false, signal: ending }).catch(() => {});
    }
  }
  return undefined;
}

/** Its processes have ended: the API server may forget it. */
async function remove({ server, pod }: PodContext): Promise<void> {
  const { name, namespace, uid } = pod().metadata;
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, preconditions: { uid } };
  for (;;) {
    const answer = await request(server, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${name}`, options).catch(() => undefined);
    if (answer && (answer.code < 300 || answer.code === 404 || answer.code === 409)) return;
    await delay(200, undefined, { ref: false });
  }
}
