import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectKube, type Kube } from '../../src/kube/connect.ts';
import { type EventRecorder, openEvents } from '../../src/kube/events.ts';
import { tokenBuckets } from '../../src/kube/token-buckets.ts';
import { objectsAt, type Resource, valueAt } from '../../src/resource.ts';
import { demand } from '../testbed/api.ts';
import { type ApiGateway, startApiGateway } from '../testbed/api-gateway.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';

const events = suite<{ plane: ControlPlane; gateway: ApiGateway; kube: Kube; recorder: EventRecorder }>('events');

const path = '/apis/events.k8s.io/v1/namespaces/default/events';

events.before(async (context) => {
  context.plane = await startControlPlane();
});
events.before.each(async (context) => {
  context.gateway = await startApiGateway(context.plane);
  context.kube = await connectKube({ kubeconfig: context.gateway.kubeconfig });
  context.recorder = openEvents({ kube: context.kube, instance: 'sidecar-0' });
});
events.after.each(async ({ plane, gateway, kube }) => {
  kube.close();
  await gateway.stop();
  await demand(plane, 'DELETE', path);
});
events.after(async ({ plane }) => {
  await plane?.stop();
});

const processNamed = (name: string, uid = `uid-${name}`): Resource => ({
  apiVersion: 'ameide.io/v1',
  kind: 'Process',
  metadata: { name, namespace: 'default', uid, labels: { team: 'sales' } },
  spec: {},
});
const words = { type: 'Warning', reason: 'NoPollers', action: 'WorkersReady', note: 'WorkersReady: nobody polls' } as const;

async function recorded(plane: ControlPlane): Promise<Resource[]> {
  return objectsAt(await demand(plane, 'GET', path), 'items');
}

events('an event says about what, from whom and why', async ({ plane, recorder }) => {
  recorder.record(processNamed('l2o'), words);
  await recorder.flush(5_000);
  const [event, ...others] = await recorded(plane);
  assert.equal(others, []);
  const { type, reason, action, note, reportingController, reportingInstance, regarding, series } = event as Resource;
  assert.equal({ type, reason, action, note }, words);
  assert.equal([reportingController, reportingInstance, series], ['ameide.io/ameide-process', 'sidecar-0', undefined]);
  assert.equal(regarding, { apiVersion: 'ameide.io/v1', kind: 'Process', name: 'l2o', namespace: 'default', uid: 'uid-l2o' });
  assert.match(String(valueAt(event, 'metadata', 'name')), /^l2o\./);
});

events('the same again is counted; other words, and another object, are not the same', async ({ plane, gateway, recorder }) => {
  for (let times = 0; times < 5; times++) {
    recorder.record(processNamed('l2o'), words);
    await recorder.flush(5_000);
  }
  recorder.record(processNamed('l2o'), { ...words, note: 'other' });
  recorder.record(processNamed('l2o', 'made-again'), words);
  await recorder.flush(5_000);
  const counts = (await recorded(plane)).map(
    (event) => `${valueAt(event, 'regarding', 'uid')} ${event.note} ${valueAt(event, 'series', 'count')}`,
  );
  assert.equal(counts.sort(), [
    'made-again WorkersReady: nobody polls undefined',
    'uid-l2o WorkersReady: nobody polls 5',
    'uid-l2o other undefined',
  ]);
  assert.is(gateway.requests().length, 7);
});

events('many at once are counted in few writes, and the last count stands', async ({ plane, gateway, recorder }) => {
  for (let times = 0; times < 20; times++) recorder.record(processNamed('l2o'), words);
  await recorder.flush(5_000);
  assert.is(valueAt((await recorded(plane))[0], 'series', 'count'), 20);
  assert.is(gateway.requests().length, 2);
});

events('a series whose event has expired is begun again', async ({ plane, recorder }) => {
  recorder.record(processNamed('l2o'), words);
  await recorder.flush(5_000);
  await demand(plane, 'DELETE', path);
  recorder.record(processNamed('l2o'), words);
  await recorder.flush(5_000);
  assert.equal(
    (await recorded(plane)).map(({ note }) => note),
    [words.note],
  );
});

events('an object that flaps is bounded; another one is not held up by it', async ({ plane, recorder }) => {
  for (let times = 0; times < 100; times++) recorder.record(processNamed('flapping'), { ...words, note: `${times}` });
  recorder.record(processNamed('quiet'), words);
  await recorder.flush(10_000);
  const names = (await recorded(plane)).map((event) => valueAt(event, 'regarding', 'name'));
  assert.is(names.filter((name) => name === 'flapping').length, 25);
  assert.is(names.filter((name) => name === 'quiet').length, 1);
});

events('a long name and a long note in any script are cut to what is taken', async ({ plane, recorder }) => {
  const name = `${'a'.repeat(199)}.${'b'.repeat(50)}`;
  recorder.record(processNamed(name), { ...words, note: 'ü'.repeat(2_000) });
  recorder.record(processNamed('l2o'), { ...words, note: `${'x'.repeat(1_020)}🙂🙂` });
  await recorder.flush(5_000);
  const notes = (await recorded(plane)).map(({ note }) => String(note));
  assert.is(notes.length, 2);
  for (const note of notes) assert.ok(Buffer.byteLength(note) <= 1024 && /[üx]…$/.test(note), note.slice(-5));
});

events('what cannot be written is dropped, quickly and silently, and nothing is owed later', async ({ plane, gateway, recorder }) => {
  gateway.intervene(() => ({ code: 403, body: { message: 'events is forbidden' } }));
  for (let times = 0; times < 300; times++) recorder.record(processNamed(`l2o-${times}`), words);
  await recorder.flush(5_000);
  gateway.intervene(() => undefined);
  recorder.record(processNamed('l2o-0'), words);
  await recorder.flush(5_000);
  const found = (await recorded(plane)).map((event) => `${valueAt(event, 'regarding', 'name')} ${valueAt(event, 'series', 'count')}`);
  assert.equal(found, ['l2o-0 undefined']);
});

events('the end does not wait for a server that does not answer', async ({ plane, recorder }) => {
  await plane.pause('kube-apiserver');
  recorder.record(processNamed('l2o'), words);
  const startedAt = performance.now();
  await recorder.flush(300);
  assert.ok(performance.now() - startedAt < 1_000);
  await plane.resume('kube-apiserver');
});

events('a bucket is full at first and refills with time', () => {
  let now = 0;
  const buckets = tokenBuckets({ burst: 2, refillMs: 100, now: () => now });
  const take = (times: number) => Array.from({ length: times }, () => buckets.take('a'));
  assert.equal(take(3), [true, true, false]);
  assert.ok(buckets.take('b'));
  now = 99;
  assert.equal(take(1), [false]);
  now = 250;
  assert.equal(take(3), [true, true, false]);
  now = 10_000;
  assert.equal(take(3), [true, true, false]);
});

events.run();
