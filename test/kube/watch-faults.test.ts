import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand } from '../testbed/api.ts';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { writeKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { closeWatched, configMap, configMapsPath, untilState, untilTold, type Watched, watchConfigMaps } from './watched.ts';

const faults = suite<{ plane: ControlPlane; proxy: FaultyProxy; gateway: ApiGateway; kubeconfig: string }>(
  'a watch and what lies between it and the API server',
);

faults.before(async (context) => {
  context.plane = await startControlPlane();
  context.proxy = await startFaultyProxy(context.plane.url);
  context.kubeconfig = `${context.plane.kubeconfig}-proxy`;
  writeKubeconfig({ ...context.plane, url: context.proxy.url, kubeconfig: context.kubeconfig }, { user: 'tester' });
});
faults.before.each(async (context) => {
  context.gateway = await startApiGateway(context.plane);
});
faults.after.each(async ({ gateway }) => {
  closeWatched();
  await gateway.stop();
});
faults.after(async ({ plane, proxy }) => {
  await proxy?.stop();
  await plane?.stop();
});

const create = (plane: ControlPlane, name: string) => demand(plane, 'POST', configMapsPath, configMap(name, '1'));
const counted = (watched: Watched, name: string) => watched.kube.counts.get(name) ?? 0;

faults('a 410 while the watch is open makes it list again, at once', async ({ gateway }) => {
  let isForgotten = true;
  gateway.intervene((request) => {
    if (!isForgotten || !request.includes('watch=true')) return;
    isForgotten = false;
    const event = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } };
    return { code: 200, body: `${JSON.stringify(event)}\n` };
  });
  const watched = await watchConfigMaps(gateway.kubeconfig);
  await until({ what: 'a second watch', look: () => counted(watched, 'WATCH configmaps 200'), isSo: (count) => count === 2 });
  assert.is(counted(watched, 'LIST configmaps 200'), 2);
  await untilState(watched, 'Synced');
});

faults('a connection that falls silent is noticed within 20 s and replaced', async ({ plane, proxy, kubeconfig }) => {
  const watched = await watchConfigMaps(kubeconfig);
  await untilState(watched, 'Synced');
  proxy.silenceOpen();
  const startedAt = performance.now();
  await create(plane, 'silent');
  await untilTold(watched, 'silent 1', 20_000);
  assert.ok(performance.now() - startedAt > 4_000, 'it was silent at all');
  assert.ok(watched.states.includes('Disconnected'), watched.states.join());
});

faults('connections that are accepted and dropped are not made again and again', async ({ plane, proxy, kubeconfig }) => {
  const watched = await watchConfigMaps(kubeconfig);
  await untilState(watched, 'Synced');
  await proxy.reset();
  const before = proxy.accepted();
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const attempts = proxy.accepted() - before;
  assert.ok(attempts >= 2 && attempts <= 12, `${attempts} connections in 4 s`);
  await create(plane, 'dropped');
  await proxy.pass();
  await untilTold(watched, 'dropped 1', 8_000);
});

faults('a server that fails, or asks to be left alone, is asked ever more seldom, and nothing is lost', async ({ plane, gateway }) => {
  const watched = await watchConfigMaps(gateway.kubeconfig);
  await untilState(watched, 'Synced');
  for (const refusal of [{ code: 500 }, { code: 429, headers: { 'retry-after': '1' } }, { code: 503, body: 'starting' }]) {
    gateway.intervene(() => refusal);
    gateway.cut();
    const before = gateway.requests().length;
    await untilState(watched, 'Disconnected');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const attempts = gateway.requests().length - before;
    assert.ok(attempts <= 10, `${attempts} requests in 3 s at ${refusal.code}`);
    await create(plane, `failed-${refusal.code}`);
    gateway.intervene(() => undefined);
    await untilTold(watched, `failed-${refusal.code} 1`, 8_000);
  }
});

faults('watches that end at once are not begun at once again and again', async ({ gateway }) => {
  gateway.intervene((request) => (request.includes('watch=true') ? { code: 200 } : undefined));
  const watched = await watchConfigMaps(gateway.kubeconfig);
  await untilState(watched, 'Synced');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const watches = counted(watched, 'WATCH configmaps 200');
  assert.ok(watches >= 2 && watches <= 10, `${watches} watches in 3 s`);
});

faults.run();
