import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, valueAt } from '../../src/resource.ts';
import { demand } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { writeKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { closeWatched, configMap, configMapsPath, watchConfigMaps } from './watched.ts';

const lists = suite<{ plane: ControlPlane }>('lists and what watches keep of them');

lists.before(async (context) => {
  context.plane = await startControlPlane();
});
lists.after.each(closeWatched);
lists.after(async ({ plane }) => {
  await plane?.stop();
});

/** Some at a time. */
async function each(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
  const waiting = [...names];
  const next = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await work(name);
  };
  await Promise.all(Array.from({ length: 16 }, next));
}

lists('2,000 objects are listed in pages; what changed while it was away is told when it is back, and nothing else', async ({ plane }) => {
  const proxy = await startFaultyProxy(plane.url);
  const kubeconfig = `${plane.kubeconfig}-list`;
  writeKubeconfig({ ...plane, url: proxy.url, kubeconfig }, { user: 'tester' });
  const names = Array.from({ length: 2000 }, (_, at) => `many-${at}`);
  await each(names, (name) => demand(plane, 'POST', configMapsPath, configMap(name, '1')));
  const watched = await watchConfigMaps(kubeconfig);
  await until({ what: 'all of them', look: () => watched.state().kind, isSo: (kind) => kind === 'Synced' });
  assert.is(watched.store.size, 2000);
  assert.is(watched.kube.counts.get('LIST configmaps 200'), 8);
  await proxy.refuse();
  watched.told.length = 0;
  await each(names.slice(0, 300), (name) => demand(plane, 'DELETE', `${configMapsPath}/${name}`));
  await demand(plane, 'PUT', `${configMapsPath}/many-1000`, configMap('many-1000', '2'));
  await plane.expireWatches();
  await proxy.pass();
  const expected = [...names.slice(0, 300).map((name) => `${name} gone`), 'many-1000 2'].sort();
  await until({ what: 'the changes', look: () => watched.told.length, isSo: (count) => count >= expected.length });
  assert.equal([...watched.told].sort(), expected);
  assert.is(watched.store.size, 1700);
  await proxy.stop();
  await demand(plane, 'DELETE', configMapsPath);
});

lists('objects come and go with the label that is selected, and with what is kept of them', async ({ plane }) => {
  const put = (name: string, object: Resource) => demand(plane, 'PUT', `${configMapsPath}/${name}`, object);
  await demand(plane, 'POST', configMapsPath, configMap('plain', '1'));
  await demand(plane, 'POST', configMapsPath, configMap('ours', '1', { ours: 'yes' }));
  const watched = await watchConfigMaps(plane.kubeconfig, { labelSelector: 'ours' });
  const untilTold = (line: string) => until({ what: line, look: () => watched.told, isSo: (told) => told.at(-1) === line });
  await untilTold('ours 1');
  await put('plain', configMap('plain', '2', { ours: 'yes' }));
  await untilTold('plain 2');
  await put('ours', configMap('ours', '2'));
  await untilTold('ours gone');
  await put('plain', { ...configMap('plain', '', { ours: 'yes' }), data: {} });
  await untilTold('plain gone');
  await put('plain', configMap('plain', '3', { ours: 'yes' }));
  await untilTold('plain 3');
  assert.equal(watched.stored(), ['plain 3']);
});

lists('one object that cannot be judged holds up no other', async ({ plane }) => {
  const errors: string[] = [];
  const keep = (object: Resource) => {
    const value = String(valueAt(object, 'data', 'value'));
    if (value.startsWith('bad')) throw new Error(value);
    return value;
  };
  await demand(plane, 'POST', configMapsPath, configMap('bad', 'bad 1', { judged: '' }));
  await demand(plane, 'POST', configMapsPath, configMap('good', '1', { judged: '' }));
  const onError = (key: string, error: unknown) => errors.push(`${key} ${error}`);
  const watched = await watchConfigMaps(plane.kubeconfig, { labelSelector: 'judged', keep, onError });
  await until({ what: 'the good one', look: () => watched.stored(), isSo: (stored) => stored.includes('good 1') });
  await demand(plane, 'PUT', `${configMapsPath}/bad`, configMap('bad', 'bad 2', { judged: '' }));
  await demand(plane, 'PUT', `${configMapsPath}/good`, configMap('good', '2', { judged: '' }));
  await until({ what: 'the good one', look: () => watched.stored(), isSo: (stored) => stored.includes('good 2') });
  assert.equal(errors, ['default/bad Error: bad 1', 'default/bad Error: bad 2']);
  assert.equal(watched.states, ['Synced']);
});

lists('an object as large as they get, and text that looks like JSON, come through', async ({ plane }) => {
  const large = `${'ä"}]\\{['.repeat(60_000)}`;
  await demand(plane, 'POST', configMapsPath, configMap('listed', large, { large: '' }));
  const watched = await watchConfigMaps(plane.kubeconfig, { labelSelector: 'large' });
  await until({ what: 'the listed one', look: () => watched.store.size, isSo: (size) => size === 1 });
  await demand(plane, 'POST', configMapsPath, configMap('watched', large, { large: '' }));
  await until({ what: 'the watched one', look: () => watched.store.size, isSo: (size) => size === 2 });
  assert.equal([...watched.store.values()], [large, large]);
});

lists('a watch that is stopped tells nothing more', async ({ plane }) => {
  const watched = await watchConfigMaps(plane.kubeconfig);
  await until({ what: 'synced', look: () => watched.state().kind, isSo: (kind) => kind === 'Synced' });
  const before = watched.told.length;
  watched.stop();
  await demand(plane, 'POST', configMapsPath, configMap('late', '1'));
  await watched.kube.request({ method: 'GET', path: configMapsPath });
  assert.is(watched.told.length, before);
  assert.equal(watched.states, ['Synced']);
});

lists.run();
