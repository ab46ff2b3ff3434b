/** An API server that is killed, frozen, cut off, forgets, refuses: what happened meanwhile shows, and nothing else. At rest it is asked nothing. */
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { apply } from '../testbed/apply.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { writeKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { edit, type LiveBed, namespace, openLiveBed, podsOf, processOf, render, theOne } from './live-bed.ts';
import { reads } from './live-statuses.ts';
import { startSidecar } from './sidecar-process.ts';
import { isReady } from './stories.ts';

interface Context {
  bed: LiveBed;
  /** In front of the API server, for the sidecar alone: first the one, then the other. */
  wire: FaultyProxy;
  gateway: ApiGateway;
  /** Changes something that shows, behind the sidecar's back; false undoes it. */
  pause(isPaused: boolean): Promise<void>;
  /** How many statuses `calm` had when all was well. */
  calm: number;
}

const test = suite<Context>('faults of the API server');
const args = ['-n', namespace, '--no-leader-election'];
const paused = { WorkloadReady: /^False WorkloadPaused/ };

test.before(async (context) => {
  context.bed = await openLiveBed({
    sidecar: async (plane) => {
      context.wire = await startFaultyProxy(plane.url);
      const kubeconfig = `${plane.kubeconfig}.wire`;
      writeKubeconfig({ ...plane, url: context.wire.url, kubeconfig }, { user: 'tester' });
      return { kubeconfig, args };
    },
  });
  const { bed } = context;
  const rendered = render(bed, [processOf('calm'), processOf('moved')]);
  for (const name of ['calm', 'moved']) await apply(bed.plane, rendered.get(name)!);
  for (const name of ['calm', 'moved']) await bed.statuses.untilSays(name, isReady);
  context.calm = bed.statuses.of('calm').length;
  const deployment = theOne(rendered.get('moved')!, 'Deployment');
  context.pause = (isPaused) => edit(bed, deployment, { spec: { paused: isPaused } });
});
test.after(async ({ bed, wire, gateway }) => {
  await bed?.stop();
  await wire?.stop();
  await gateway?.stop();
});

/** It shows, with nothing untrue before it, and so does its end. */
async function seesChanges({ bed, pause }: Context, limitMs: number): Promise<void> {
  const before = bed.statuses.of('moved').length;
  await pause(true);
  await bed.statuses.untilSays('moved', paused, limitMs);
  const said = bed.statuses.of('moved').slice(before);
  assert.ok(!said.some((one) => reads(one, { Ready: /^True/ })), JSON.stringify(said, null, 1));
  await pause(false);
  await bed.statuses.untilSays('moved', isReady, limitMs);
}

async function untilWatches({ sidecar }: LiveBed, state: string, isSo: (watches: number) => boolean): Promise<void> {
  const look = () => sidecar.metric('process_sidecar_watches', { state });
  await until({ what: `watches that are ${state}`, look, isSo, limitMs: 40_000 });
}

test('it is killed, and started again', async (context) => {
  const { bed } = context;
  await bed.plane.kill('kube-apiserver');
  await untilWatches(bed, 'Disconnected', (watches) => watches > 0);
  assert.is((await bed.sidecar.get('/healthz')).status, 200);
  await bed.plane.restart('kube-apiserver');
  await untilWatches(bed, 'Disconnected', (watches) => watches === 0);
  await seesChanges(context, 15_000);
});

test('it is frozen: Temporal is asked all the same, and a worker that was killed meanwhile shows afterwards', async (context) => {
  const { bed } = context;
  const asked = () => bed.sidecar.metric('process_sidecar_temporal_requests_total');
  const [pod] = await podsOf(bed, 'moved');
  await bed.plane.pause('kube-apiserver');
  try {
    const before = await asked();
    await bed.node.signal(pod!, 'SIGKILL');
    await untilWatches(bed, 'Disconnected', (watches) => watches > 0);
    await until({ what: 'questions to Temporal', look: asked, isSo: (now) => now > before });
  } finally {
    await bed.plane.resume('kube-apiserver');
  }
  await until({
    what: 'the restart',
    look: () => podsOf(bed, 'moved'),
    isSo: ([now]) => now?.restarts === 1 && now.isReady,
    limitMs: 40_000,
  });
  await bed.statuses.untilSays('moved', isReady);
  await seesChanges(context, 15_000);
});

test('the connection falls silent for good', async (context) => {
  context.wire.silenceOpen();
  await seesChanges(context, 25_000);
});

test('it is cut off, and what was watched is too old to go on from (410)', async ({ bed, wire, pause }) => {
  await wire.refuse();
  await pause(true);
  await bed.plane.expireWatches();
  await wire.pass();
  await bed.statuses.untilSays('moved', paused, 15_000);
  await pause(false);
  await bed.statuses.untilSays('moved', isReady, 15_000);
});

test('another sidecar takes its place, and has nothing to write', async (context) => {
  const { bed } = context;
  await bed.sidecar.stop();
  context.gateway = await startApiGateway(bed.plane);
  bed.sidecar = await startSidecar({ kubeconfig: context.gateway.kubeconfig, args });
  const pollers = () => bed.sidecar.metric('process_pollers_live');
  await until({ what: 'both to be known', look: pollers, isSo: (count) => count >= 2, limitMs: 40_000 });
  assert.equal(
    context.gateway.requests().filter((request) => !request.startsWith('GET')),
    [],
  );
});

test('it refuses to write (429, 500), and loses the answer to a write', async (context) => {
  const { bed, gateway } = context;
  const answers = [{ code: 429, headers: { 'retry-after': '1' } }, { code: 500 }, 'cut', { code: 429 }] as const;
  let asked = 0;
  gateway.intervene((request) => (request.startsWith('PATCH') && request.includes('/status') ? answers[asked++] : undefined));
  await seesChanges(context, 30_000);
  gateway.intervene(() => undefined);
  assert.ok(asked > answers.length, `${asked}`);
  const { conditions } = bed.statuses.of('moved').at(-1)!;
  assert.is(conditions.Stalled, undefined);
});

test('at rest it is asked nothing, and written nothing', async ({ bed, gateway }) => {
  const counts = () => bed.sidecar.metric('process_sidecar_kube_requests_total');
  const [requests, counted] = [gateway.requests().length, await counts()];
  await delay(12_000);
  assert.equal(gateway.requests().slice(requests), []);
  assert.is(await counts(), counted);
});

test('all that time a Process in peace was not written once', ({ bed, calm }) => {
  const words = bed.statuses
    .of('calm')
    .slice(calm - 1)
    .map(({ at: _, ...status }) => JSON.stringify(status, null, 1));
  assert.is(words.length, 1, words.join('\n'));
});

test.run();
