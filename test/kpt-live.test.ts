/** `kpt live` removes a Process, and destroys a whole package, while workflows run: workers and definitions stay until the last one is done. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../src/names.ts';
import { type DrainBed, openDrainBed } from './sidecar/drain-bed.ts';
import { namespace, processOf } from './sidecar/live-bed.ts';
import { demand, type KubeObject } from './testbed/api.ts';
import { keep } from './testbed/keep.ts';
import { part } from './testbed/parts.ts';
import { until } from './testbed/until.ts';

interface Run {
  readonly ended: Promise<number>;
  said(): string;
  hasEnded(): boolean;
}

const test = suite<{ bed: DrainBed; kpt: string }>('kpt live');
const guarded = { Ready: /^True/, Guarded: /^True GuardInPlace/, Reconciling: null };
const ids = Array.from({ length: 6 }, (_, index) => `lead-${index}`);

test.before(async (context) => {
  context.kpt = await part('kpt');
  context.bed = await openDrainBed();
  const { team, plane } = context.bed;
  await demand(plane, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const metadata = { name: 'process-render', annotations: { 'config.kubernetes.io/local-config': 'true' } };
  const spec = { source: '../definitions', temporal: { address: context.bed.temporal.address } };
  team.write('processes/process-render.yaml', { apiVersion: 'fn.ameide.io/v1', kind: 'ProcessRender', metadata, spec });
  team.write('processes/Kptfile', { apiVersion: 'kpt.dev/v1', kind: 'Kptfile', metadata: { name: 'processes' } });
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

function live({ bed, kpt }: { bed: DrainBed; kpt: string }, verb: string, ...args: string[]): Run {
  const env = { PATH: process.env.PATH, HOME: join(bed.team.dir, '..'), KUBECONFIG: bed.plane.kubeconfig };
  const kept = keep(kpt, ['live', verb, ...args], { cwd: bed.team.dir, env, output: 'pipe', background: true });
  let [text, isOver] = ['', false];
  for (const stream of [kept.child.stdout, kept.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  kept.ended.then(() => {
    isOver = true;
  });
  return { ended: kept.ended, said: () => text, hasEnded: () => isOver };
}

async function mustEnd(run: Run): Promise<void> {
  await until({ what: 'kpt to end', look: run.said, isSo: run.hasEnded, limitMs: 90_000 });
  assert.is(await run.ended, 0, run.said());
}

function commit(bed: DrainBed): void {
  bed.team.run('pin');
  bed.team.run('render');
}

/** What there is of a Process beside itself. */
async function owned({ plane }: DrainBed, name: string): Promise<string[]> {
  const lists = await Promise.all(
    ['/apis/apps/v1', '/api/v1'].map(async (group, index) => {
      const path = `${group}/namespaces/${namespace}/${['deployments', 'configmaps'][index]}`;
      return ((await demand(plane, 'GET', path)) as { items: KubeObject[] }).items;
    }),
  );
  return lists.flat().flatMap(({ metadata }) => (metadata.name.startsWith(`${name}-`) ? [metadata.name] : []));
}

test('apply: the Processes become Ready and are guarded', async (context) => {
  const { bed } = context;
  for (const name of ['orders', 'neighbour']) bed.team.write(`processes/${name}.yaml`, processOf(name));
  commit(bed);
  await mustEnd(live(context, 'install-resource-group'));
  await mustEnd(live(context, 'init', '--namespace', namespace, '--name', 'processes'));
  await mustEnd(live(context, 'apply', '--reconcile-timeout', '90s'));
  for (const name of ['orders', 'neighbour']) await bed.statuses.untilSays(name, guarded);
});

test('apply again changes nothing of the guard', async (context) => {
  await mustEnd(live(context, 'apply'));
  const { metadata } = (await context.bed.live('orders'))!;
  assert.equal(metadata.finalizers, [drainFinalizer]);
  await context.bed.statuses.untilSays('orders', guarded);
});

test('removed while workflows run: its workers wait for them, a neighbour that changes does not', async (context) => {
  const { bed } = context;
  await bed.start('orders', ids);
  const before = await owned(bed, 'orders');
  assert.is(before.length, 2);
  for (const file of ['orders.yaml', 'orders.generated.yaml']) rmSync(join(bed.team.dir, file));
  bed.team.write('processes/neighbour.yaml', processOf('neighbour', { observability: { logLevel: 'debug' } }));
  commit(bed);
  const applying = live(context, 'apply');
  await bed.statuses.untilSays('orders', { Draining: /^True WorkflowsRunning: 6 workflows/ });
  const { generation } = (await bed.live('neighbour'))!.metadata;
  assert.is(generation, 2);
  for (let ended = 0; ended < ids.length; ended += 3) {
    assert.equal(await owned(bed, 'orders'), before);
    assert.not(applying.hasEnded(), applying.said());
    const some = ids.slice(ended, ended + 3);
    await bed.end(some);
    await until({
      what: 'them to be completed',
      look: () => bed.outcomes(some),
      isSo: (seen) => seen.every((one) => one === 'COMPLETED'),
      limitMs: 60_000,
    });
  }
  await mustEnd(applying);
  assert.is(await bed.live('orders'), undefined);
  await until({ what: 'its workers to be gone', look: () => owned(bed, 'orders'), isSo: ({ length }) => length === 0 });
});

test('the whole package destroyed while a workflow runs', async (context) => {
  const { bed } = context;
  await bed.statuses.untilSays('neighbour', guarded);
  await bed.start('neighbour', ['last']);
  const before = await owned(bed, 'neighbour');
  const destroying = live(context, 'destroy');
  await bed.statuses.untilSays('neighbour', { Draining: /^True WorkflowsRunning: 1 workflow/ });
  assert.equal(await owned(bed, 'neighbour'), before);
  await bed.end(['last']);
  await mustEnd(destroying);
  assert.is(await bed.live('neighbour'), undefined);
  await until({ what: 'its workers to be gone', look: () => owned(bed, 'neighbour'), isSo: ({ length }) => length === 0 });
  assert.equal(await bed.outcomes(['last']), ['COMPLETED']);
});

test.run();
