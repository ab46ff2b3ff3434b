/** An API server that is killed, frozen, cut off, forgets: what happened meanwhile shows, and nothing else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { writeKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { type CalmAndMoved, openCalmAndMoved, paused } from './calm-and-moved.ts';
import { type LiveBed, namespace, podsOf } from './live-bed.ts';
import { isReady } from './stories.ts';

interface Context extends CalmAndMoved {
  /** In front of the API server, for the sidecar alone. */
  wire: FaultyProxy;
}

const test = suite<Context>('faults of the API server');

test.before(async (context) => {
  const opened = await openCalmAndMoved({
    sidecar: async (plane) => {
      context.wire = await startFaultyProxy(plane.url);
      const kubeconfig = `${plane.kubeconfig}.wire`;
      writeKubeconfig({ ...plane, url: context.wire.url, kubeconfig }, { user: 'tester' });
      return { kubeconfig, args: ['-n', namespace, '--no-leader-election'] };
    },
  });
  Object.assign(context, opened);
});
test.after(async ({ bed, wire }) => {
  await bed?.stop();
  await wire?.stop();
});

async function untilWatches({ sidecar }: LiveBed, state: string, isSo: (watches: number) => boolean): Promise<void> {
  const look = () => sidecar.metric('process_sidecar_watches', { state });
  await until({ what: `watches that are ${state}`, look, isSo, limitMs: 40_000 });
}

test('it is killed, and started again', async ({ bed, seesChanges }) => {
  await bed.plane.kill('kube-apiserver');
  await untilWatches(bed, 'Disconnected', (watches) => watches > 0);
  assert.is((await bed.sidecar.get('/healthz')).status, 200);
  await bed.plane.restart('kube-apiserver');
  await untilWatches(bed, 'Disconnected', (watches) => watches === 0);
  await seesChanges(15_000);
});

test('it is frozen: Temporal is asked all the same, and what follows a worker that was killed meanwhile is right', async (context) => {
  const { bed, seesChanges } = context;
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
  await seesChanges(15_000);
});

test('the connection falls silent for good', async ({ wire, seesChanges }) => {
  wire.silenceOpen();
  await seesChanges(25_000);
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

test('all that time a Process in peace was not written once', ({ assertCalm }) => assertCalm());

test.run();
