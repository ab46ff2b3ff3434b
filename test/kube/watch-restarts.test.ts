import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { closeWatched, configMap, configMapsPath, untilState, untilTold, watchConfigMaps } from './watched.ts';

const faults = suite<{ plane: ControlPlane }>('a watch and a server that goes and comes back');

faults.before(async (context) => {
  context.plane = await startControlPlane();
});
faults.after.each(closeWatched);
faults.after(async ({ plane }) => {
  await plane?.stop();
});

const create = (plane: ControlPlane, name: string) => demand(plane, 'POST', configMapsPath, configMap(name, '1'));
const remove = (plane: ControlPlane, name: string) => demand(plane, 'DELETE', `${configMapsPath}/${name}`);

faults('the API server is killed and comes back: what happened meanwhile is told', async ({ plane }) => {
  const watched = await watchConfigMaps(plane.kubeconfig);
  await create(plane, 'before');
  await untilTold(watched, 'before 1');
  await plane.kill('kube-apiserver');
  await untilState(watched, 'Disconnected', 2_000);
  await plane.restart('kube-apiserver');
  await remove(plane, 'before');
  await untilTold(watched, 'before gone', 6_000);
  assert.equal(watched.states, ['Synced', 'Disconnected', 'Synced']);
});

faults('the version that it goes on from is forgotten: what happened meanwhile is told, and no more', async ({ plane }) => {
  for (const name of ['kept', 'lost']) await create(plane, name);
  const watched = await watchConfigMaps(plane.kubeconfig);
  await untilTold(watched, 'lost 1');
  await plane.kill('kube-apiserver');
  await untilState(watched, 'Disconnected', 2_000);
  const { told } = watched;
  told.length = 0;
  await plane.restart('kube-apiserver');
  await plane.expireWatches();
  await remove(plane, 'lost');
  await untilTold(watched, 'lost gone');
  await create(plane, 'found');
  await untilTold(watched, 'found 1');
  assert.equal(told, ['lost gone', 'found 1']);
});

faults.run();
