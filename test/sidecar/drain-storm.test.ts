/**
 * 200 workflows under a drain that waits, while two sidecars that do not know of each other are killed at random times, and Temporal and the
 * API server once each: every workflow completes, and the Process goes only then. The seed is printed; `SEED=n` repeats it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { concurrencyLimit } from '../../src/definition/concurrency-limit.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace } from './live-bed.ts';
import { type SidecarProcess, startSidecar } from './sidecar-process.ts';

const test = suite<{ bed: DrainBed; sidecars: SidecarProcess[] }>('drain storm');
const name = 'storm';
const workflows = 200;
const atATime = 20;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const args = ['-n', namespace, '--no-leader-election'];

/** Mulberry32. */
function randomFrom(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test.before(async (context) => {
  console.log(`seed ${seed}`);
  context.bed = await openDrainBed();
  const { bed } = context;
  context.sidecars = [bed.sidecar, await startSidecar({ kubeconfig: bed.plane.kubeconfig, args })];
  // Steps that fail when a machine is too busy would fail their workflows, whoever is killed.
  const folder = join(dirname(bed.team.dir), 'definitions/t123/Storm');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '1.json'), JSON.stringify({ id: 'Storm', version: 1, steps: [{ name: 'offer-signed', kind: 'signal' }] }));
  await bed.commit(name, { definitionRef: { id: 'Storm', tenantId: 't123' } });
  await bed.statuses.untilSays(name, { Ready: /^True/, Guarded: /^True GuardInPlace/ });
});
test.after(async ({ bed, sidecars }) => {
  for (const sidecar of sidecars ?? []) await sidecar.stop();
  await bed?.stop();
});

test('none is lost, and none is terminated', async ({ bed, sidecars }) => {
  const random = randomFrom(seed);
  const ids = Array.from({ length: workflows }, (_, at) => `w${at}`);
  const limit = concurrencyLimit(16);
  const start = (workflowId: string) => startProcess(bed.client, { workflowId, taskQueue: `${name}-tq` });
  await Promise.all(ids.map((id) => limit(() => start(id))));
  await bed.deleteProcess(name);
  let isOver = false;
  const storm = async (at: number) => {
    while (!isOver) {
      await delay(1_000 + random() * 5_000);
      sidecars[at]!.signal('SIGKILL');
      await sidecars[at]!.ended;
      sidecars[at] = await startSidecar({ kubeconfig: bed.plane.kubeconfig, args });
    }
  };
  const storms = [storm(0), storm(1)];
  try {
    const order = ids.map((id) => ({ id, key: random() })).sort((a, b) => a.key - b.key);
    for (let at = 0; at < workflows; at += atATime) {
      if (at === 60) await bed.temporal.restart();
      if (at === 120) await bed.plane.restart('kube-apiserver');
      assert.ok(await bed.live(name), `gone when ${workflows - at} still ran`);
      const next = order.slice(at, at + atATime);
      await Promise.all(next.map(({ id }) => bed.client.workflow.getHandle(id).signal('offer-signed')));
    }
    for (const id of ids) await bed.client.workflow.getHandle(id).result();
  } finally {
    isOver = true;
    await Promise.all(storms);
  }
  await bed.untilGone(name, 90_000);
  const outcomes = await bed.outcomes(ids);
  assert.equal([...new Set(outcomes)], ['COMPLETED'], `seed ${seed}`);
});

test.run();
