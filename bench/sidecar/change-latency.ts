/** How long after a change of its Deployment a Process says so, against a bare watcher that PATCHes at once: they take turns. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { demand } from '../../test/testbed/api.ts';
import type { Bed } from './bed.ts';
import { startChild } from './child.ts';
import type { Member } from './fleet.ts';

/** Milliseconds from sending the change to seeing the status. */
export interface Latencies {
  readonly ours: readonly number[];
  readonly floor: readonly number[];
}

/** So many unmeasured changes first: both programs compile what they run often. */
const warmUp = 20;
const pauseMs = 20;

/**
 * One Deployment after the other becomes unavailable and available again. The controllers are frozen meanwhile: each change is the one that
 * is made here, the same for both, and nothing else happens.
 */
export async function changeLatency(bed: Bed, ours: readonly Member[], floor: readonly Member[], rounds: number): Promise<Latencies> {
  const file = join(bed.scratch, 'floor.json');
  writeFileSync(file, JSON.stringify(bed.floor));
  const watcher = await startChild('run-bare-watcher', [file, bed.floorNamespace], 'watching');
  await bed.plane.pause('kube-controller-manager');
  try {
    const taken = { ours: [] as number[], floor: [] as number[] };
    for (let round = 0; round < rounds + warmUp; round++) {
      const [one, other] = [ours[round % ours.length]!, floor[round % floor.length]!];
      for (const available of [0, 1]) {
        const pair = round % 2 === 0 ? { ours: await change(bed, one, available), floor: await change(bed, other, available) } : undefined;
        const turned = pair ?? { floor: await change(bed, other, available), ours: await change(bed, one, available) };
        if (round < warmUp) continue;
        taken.ours.push(turned.ours);
        taken.floor.push(turned.floor);
      }
    }
    return taken;
  } finally {
    await bed.plane.resume('kube-controller-manager');
    await watcher.stop();
  }
}

async function change({ plane, statuses }: Bed, { key, namespace, deployment }: Member, available: number): Promise<number> {
  await delay(pauseMs);
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/status`;
  const wanted = available > 0 ? 'True' : 'False';
  const started = performance.now();
  const seen = statuses.when(key, ({ ready, at }) => ready === wanted && at >= started);
  await demand(plane, 'PATCH', path, { status: { availableReplicas: available, readyReplicas: available } });
  return (await seen) - started;
}
