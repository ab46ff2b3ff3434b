import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KubeObject } from './api.ts';
import { demand, request } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';

const faults = suite<{ plane: ControlPlane }>('faults of the control plane');

const configMaps = '/api/v1/namespaces/default/configmaps';

faults.before(async (context) => {
  context.plane = await startControlPlane();
});
faults.after(async ({ plane }) => {
  await plane?.stop();
});

const create = (plane: ControlPlane, name: string) =>
  demand(plane, 'POST', configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }) as Promise<KubeObject>;

faults('the API server can be killed, and comes back where it was with what it had', async ({ plane }) => {
  await create(plane, 'killed');
  await plane.kill('kube-apiserver');
  const error = await request(plane, 'GET', '/readyz').then(String, (thrown: NodeJS.ErrnoException) => thrown.code);
  assert.is(error, 'ECONNREFUSED');
  await plane.restart('kube-apiserver');
  assert.is((await request(plane, 'GET', `${configMaps}/killed`)).code, 200);
});

faults('etcd can be killed, and keeps its data', async ({ plane }) => {
  await create(plane, 'kept');
  await plane.restart('etcd');
  assert.is((await request(plane, 'GET', `${configMaps}/kept`)).code, 200);
});

faults('a frozen API server keeps its callers waiting, until it goes on', async ({ plane }) => {
  await plane.pause('kube-apiserver');
  const answer = request(plane, 'GET', '/readyz').then(({ code }) => code);
  const second = new Promise((resolve) => setTimeout(() => resolve('silence'), 1000));
  assert.is(await Promise.race([answer, second]), 'silence');
  await plane.resume('kube-apiserver');
  assert.is(await answer, 200);
});

faults('watches expire', async ({ plane }) => {
  const { resourceVersion } = (await create(plane, 'old')).metadata;
  await create(plane, 'new');
  const watch = () => request(plane, 'GET', `${configMaps}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`);
  assert.match(JSON.stringify((await watch()).body), 'ADDED');
  await plane.expireWatches();
  const { body } = await watch();
  assert.is((body as { type?: string }).type, 'ERROR', JSON.stringify(body));
  assert.is((body as { object: { code: number } }).object.code, 410);
});

faults('a server that was not asked for is told of', async ({ plane }) => {
  assert.throws(() => plane.kill('kube-scheduler'), /no kube-scheduler: start it with \{ controllers: true \}/);
});

faults.run();
