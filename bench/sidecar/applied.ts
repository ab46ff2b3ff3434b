/** Applies Processes and what was rendered for them, lets workers poll, and takes all of it away again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { objectsAt, type Resource } from '../../src/resource.ts';
import type { KubeObject } from '../../test/testbed/api.ts';
import { demand, request } from '../../test/testbed/api.ts';
import { resourcePath } from '../../test/testbed/discovery.ts';
import type { Bed } from './bed.ts';
import { type Child, startChild } from './child.ts';
import { type Member, ownerOf } from './fleet.ts';
import { inParallel } from './in-parallel.ts';
import type { Poller } from './poll.ts';

/** As GitOps tools do. */
const atATime = 8;

export async function apply({ plane }: Bed, members: readonly Member[]): Promise<void> {
  await inParallel(members, atATime, async ({ objects }) => {
    for (const object of objects) await demand(plane, 'POST', String(await resourcePath(plane, object)), object);
  });
}

/** The pods that are Ready, by Process. */
export async function readyPods({ plane }: Bed, namespaces: readonly string[]): Promise<Map<string, string>> {
  const pods = new Map<string, string>();
  for (const namespace of namespaces) {
    const { items } = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: KubeObject[] };
    for (const pod of items) if (isReadyPod(pod)) pods.set(ownerOf(pod), pod.metadata.name);
  }
  return pods;
}

function isReadyPod(pod: KubeObject): boolean {
  return objectsAt(pod.status, 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Waits until each has a pod that is Ready. */
export async function untilPods(
  bed: Bed,
  members: readonly Member[],
  say: (ready: number) => void = () => {},
): Promise<Map<string, string>> {
  const namespaces = [...new Set(members.map(({ namespace }) => namespace))];
  for (let [most, idle] = [0, 0]; ; idle++) {
    const pods = await readyPods(bed, namespaces);
    const ready = members.filter(({ key }) => pods.has(key)).length;
    if (ready === members.length) return pods;
    if (idle % 5 === 0 || ready > most) say(ready);
    if (ready > most) [most, idle] = [ready, 0];
    if (idle > idleLimit) throw new Error(`${ready} of ${members.length} pods are Ready, and no more become so`);
    // A list of all pods is no small thing to ask for.
    await delay(members.length < 100 ? 100 : 2000);
  }
}

/** So many looks without progress. */
const idleLimit = 60;

export function pollerOf({ key, temporalNamespace, taskQueue }: Member, pods: ReadonlyMap<string, string>): Poller {
  return { namespace: temporalNamespace, taskQueue, identity: `1@${pods.get(key)}` };
}

const perProgram = 2500;
const startsPerSecond = 150;

/** A long poll for each, in programs of their own. Resolves when all have been sent. */
export async function startPollers({ temporal, scratch }: Bed, pollers: readonly Poller[]): Promise<Child[]> {
  const parts = Array.from({ length: Math.ceil(pollers.length / perProgram) }, (_, at) =>
    pollers.slice(at * perProgram, (at + 1) * perProgram),
  );
  return Promise.all(
    parts.map((part, at) => {
      const file = join(scratch, `pollers-${at}.json`);
      writeFileSync(file, JSON.stringify(part));
      return startChild('run-pollers', [temporal.address, file, String(startsPerSecond / parts.length)], 'polling');
    }),
  );
}

/** As a GitOps tool prunes: every object, in no order that anybody waits for, so many a second. */
export async function removeAll({ plane }: Bed, members: readonly Member[], perSecond: number): Promise<void> {
  const paths = members.flatMap(({ namespace, objects }) => [...objects].reverse().map((object) => ({ namespace, object })));
  const started = performance.now();
  await inParallel(paths, atATime, async ({ object }, at) => {
    await delay(Math.max(started + (at * 1000) / perSecond - performance.now(), 0));
    await request(plane, 'DELETE', `${await resourcePath(plane, object)}/${object.metadata.name}?propagationPolicy=Background`);
  });
}

/** Gives how many are left by a count that is cheap to ask for. */
export async function left({ plane }: Bed, namespaces: readonly string[]): Promise<number> {
  const paths = namespaces.flatMap((namespace) => [
    `/apis/ameide.io/v1/namespaces/${namespace}/processes`,
    `/api/v1/namespaces/${namespace}/pods`,
  ]);
  const counts = paths.map(async (path) => {
    const { metadata, items } = (await demand(plane, 'GET', `${path}?limit=1`)) as { metadata: Resource; items: unknown[] };
    return items.length + Number(metadata.remainingItemCount ?? 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
