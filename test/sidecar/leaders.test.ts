/** Two replicas of the sidecar: one writes; it is killed, and the other does within the Lease's time; told to stop, it is gone in two seconds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAt } from '../../src/resource.ts';
import { demand, request } from '../testbed/api.ts';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { apply } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { edit, type LiveBed, namespace, openLiveBed, processOf, render, theOne } from './live-bed.ts';
import { type SidecarProcess, startSidecar } from './sidecar-process.ts';
import { isReady } from './stories.ts';

interface Replica {
  readonly sidecar: SidecarProcess;
  /** What this replica alone asks the API server. */
  readonly gateway: ApiGateway;
}

interface Context {
  bed: LiveBed;
  replicas: Replica[];
  pause(isPaused: boolean): Promise<void>;
}

const test = suite<Context>('leaders');
const args = ['-n', namespace, '--lease-name', 'leaders'];
const lease = '/apis/coordination.k8s.io/v1/namespaces/default/leases/leaders';
/** The Lease's own: 15 s, and what a candidate needs to notice, twice a look every two seconds. */
const takeOverMs = 15_000 + 5_000;
const paused = { WorkloadReady: /^False WorkloadPaused/, Ready: /^False/ };

test.before(async (context) => {
  context.replicas = [];
  const bed = await openLiveBed({
    sidecar: async (plane) => {
      context.replicas = [{ gateway: await startApiGateway(plane) } as Replica];
      return { kubeconfig: context.replicas[0]!.gateway.kubeconfig, args };
    },
  });
  context.bed = bed;
  context.replicas[0] = { ...context.replicas[0]!, sidecar: bed.sidecar };
  await until({ what: 'it to lead', look: () => bed.sidecar.metric('process_sidecar_leader'), isSo: (leads) => leads === 1 });
  await addReplica(context);
  const objects = render(bed, [processOf('calm'), processOf('moved')]);
  for (const name of ['calm', 'moved']) await apply(bed.plane, objects.get(name)!);
  for (const name of ['calm', 'moved']) await bed.statuses.untilSays(name, isReady);
  context.pause = (isPaused) => edit(bed, theOne(objects.get('moved')!, 'Deployment'), { spec: { paused: isPaused } });
});
test.after(async ({ bed, replicas }) => {
  await bed?.stop();
  for (const { sidecar, gateway } of replicas) {
    await sidecar?.stop();
    await gateway.stop();
  }
});

async function addReplica({ bed, replicas }: Context): Promise<Replica> {
  const gateway = await startApiGateway(bed.plane);
  const replica = { gateway, sidecar: await startSidecar({ kubeconfig: gateway.kubeconfig, args }) };
  replicas.push(replica);
  return replica;
}

const writes = ({ gateway }: Replica) => gateway.requests().filter((one) => !one.startsWith('GET') && !one.includes('/leases'));
const leaderOf = ({ replicas }: Context) => Promise.all(replicas.map(({ sidecar }) => sidecar.metric('process_sidecar_leader')));
const holder = async ({ bed }: Context) => String(valueAt(await demand(bed.plane, 'GET', lease), 'spec', 'holderIdentity') ?? '');
const instanceOf = ({ sidecar }: Replica) => sidecar.log().find(({ msg }) => msg === 'started')!.instance;

async function seesChanges({ bed, pause }: Context, limitMs: number): Promise<void> {
  await pause(true);
  await bed.statuses.untilSays('moved', paused, limitMs);
  await pause(false);
  await bed.statuses.untilSays('moved', isReady, limitMs);
}

test('the first one leads and writes; the other is ready, and has asked for nothing but the Lease', async (context) => {
  const [first, second] = context.replicas as [Replica, Replica];
  await seesChanges(context, 15_000);
  assert.equal(await leaderOf(context), [1, 0]);
  assert.is(await holder(context), instanceOf(first));
  assert.ok(writes(first).some((one) => one.startsWith('PATCH') && one.includes('/status')));
  assert.equal(
    second.gateway.requests().filter((one) => !one.startsWith(`GET ${lease}`)),
    [],
  );
  for (const path of ['/readyz', '/healthz']) assert.is((await second.sidecar.get(path)).status, 200, path);
});

test('the leader is killed: the other leads when the Lease has expired, sees what happened meanwhile, and writes nothing else', async (context) => {
  const { bed, replicas, pause } = context;
  const [first, second] = replicas as [Replica, Replica];
  const calm = bed.statuses.of('calm').length;
  first.sidecar.signal('SIGKILL');
  const killed = Date.now();
  await first.sidecar.ended;
  await pause(true);
  const { at } = await bed.statuses.untilSays('moved', paused, takeOverMs + 10_000);
  assert.ok(at - killed < takeOverMs, `after ${at - killed} ms`);
  assert.is(await holder(context), instanceOf(second));
  assert.ok(at - killed > 10_000, `after ${at - killed} ms: a Lease that was renewed ${at - killed} ms ago is another's`);
  await pause(false);
  await bed.statuses.untilSays('moved', isReady);
  assert.is(bed.statuses.of('calm').length, calm, JSON.stringify(bed.statuses.of('calm').slice(calm - 1), null, 1));
});

test('SIGTERM of the leader: it ends within two seconds, the Lease is free, and a third one leads at once', async (context) => {
  const { replicas } = context;
  const second = replicas[1]!;
  const third = await addReplica(context);
  const told = Date.now();
  second.sidecar.signal('SIGTERM');
  assert.is(await second.sidecar.ended, 0);
  assert.ok(Date.now() - told < 2_000, `${Date.now() - told} ms`);
  await until({ what: 'the third to lead', look: () => third.sidecar.metric('process_sidecar_leader'), isSo: (leads) => leads === 1 });
  assert.ok(Date.now() - told < 5_000, `${Date.now() - told} ms`);
  assert.is(await holder(context), instanceOf(third));
  await seesChanges(context, 15_000);
  const after = second.sidecar.log().filter(({ level }) => level === 'warn' || level === 'error');
  assert.equal(after, []);
});

test('SIGTERM while many statuses are to be written, and while the API server is silent: two seconds, too', async (context) => {
  const { bed, replicas } = context;
  const third = replicas[2]!;
  const before = writes(third).length;
  await apply(
    bed.plane,
    Array.from({ length: 60 }, (_, at) => processOf(`many-${at}`)),
  );
  await until({ what: 'the first of many writes', look: () => writes(third).length - before, isSo: (count) => count > 0 });
  await bed.plane.pause('kube-apiserver');
  const told = Date.now();
  third.sidecar.signal('SIGTERM');
  const code = await third.sidecar.ended;
  const took = Date.now() - told;
  await bed.plane.resume('kube-apiserver');
  assert.is(code, 0);
  assert.ok(took < 2_000, `${took} ms`);
  assert.is((await request(bed.plane, 'GET', lease)).code, 200);
});

test('the last one alone stops: nobody holds the Lease', async (context) => {
  const fourth = await addReplica(context);
  await until({
    what: 'the fourth to lead',
    look: () => fourth.sidecar.metric('process_sidecar_leader'),
    isSo: (leads) => leads === 1,
    limitMs: takeOverMs,
  });
  fourth.sidecar.signal('SIGTERM');
  assert.is(await fourth.sidecar.ended, 0);
  assert.is(await holder(context), '');
});

test.run();
