import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyStatus } from '../../src/kube/apply-status.ts';
import { connectKube, type Kube } from '../../src/kube/connect.ts';
import { isFailure } from '../../src/kube/failure.ts';
import type { ProcessStatus } from '../../src/process.ts';
import { objectsAt, type Resource, valueAt } from '../../src/resource.ts';
import { demand, request } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';

const statuses = suite<{ plane: ControlPlane; kube: Kube; process: Resource }>('the status that is applied');

const path = '/apis/ameide.io/v1/namespaces/default/processes';
const lastTransitionTime = '2026-11-24T18:00:00Z';

statuses.before(async (context) => {
  context.plane = await startControlPlane();
  await installCrd(context.plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  context.kube = await connectKube({ kubeconfig: context.plane.kubeconfig });
});
statuses.before.each(async (context) => {
  context.process = await create(context.plane);
});
statuses.after.each(async ({ plane }) => {
  await request(plane, 'DELETE', `${path}/l2o`);
});
statuses.after(async ({ plane, kube }) => {
  kube?.close();
  await plane?.stop();
});

async function create(plane: ControlPlane): Promise<Resource> {
  const definitionRef = { id: 'L2O_v3', tenantId: 'acme' };
  const spec = { image: 'registry.example.com/worker:1', definitionRef, temporal: { namespace: 'sales', taskQueue: 'l2o' } };
  return (await demand(plane, 'POST', path, { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o' }, spec })) as Resource;
}

const live = async (plane: ControlPlane) => (await demand(plane, 'GET', `${path}/l2o`)) as Resource;
const condition = (type: string) => ({ type, status: 'True', reason: 'Fine', message: 'fine', lastTransitionTime, observedGeneration: 1 });
const statusOf = (...types: string[]) => ({ observedGeneration: 1, conditions: types.map(condition) }) as unknown as ProcessStatus;
const typesIn = (process: unknown) => objectsAt(process, 'status', 'conditions').map(({ type }) => type);

statuses('what is applied is there, and what is applied no more is gone; what others wrote stays', async ({ plane, kube, process }) => {
  const first = await applyStatus(kube, process, statusOf('Ready', 'Reconciling'));
  assert.ok('process' in first);
  assert.equal(typesIn(first.process), ['Ready', 'Reconciling']);
  assert.equal(first.process.spec, process.spec);
  const other = { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o' }, status: { conditions: [condition('Blessed')] } };
  await kube.request({
    method: 'PATCH',
    path: `${path}/l2o/status?fieldManager=other&force=true`,
    body: other,
    contentType: 'application/apply-patch+yaml',
  });
  await applyStatus(kube, await live(plane), statusOf('Ready'));
  const now = await live(plane);
  assert.equal(typesIn(now).sort(), ['Blessed', 'Ready']);
  const managers = objectsAt(now, 'metadata', 'managedFields').filter(({ subresource }) => subresource === 'status');
  assert.equal(managers.map(({ manager, operation }) => `${manager} ${operation}`).sort(), ['ameide-process Apply', 'other Apply']);
});

statuses('an object that was made again is another one, and stays as it is', async ({ plane, kube, process }) => {
  await demand(plane, 'DELETE', `${path}/l2o`);
  assert.equal(await applyStatus(kube, process, statusOf('Ready')), { superseded: true });
  assert.is((await request(plane, 'GET', `${path}/l2o`)).code, 404, 'and it is not made by that');
  const again = await create(plane);
  assert.equal(await applyStatus(kube, process, statusOf('Ready')), { superseded: true });
  assert.is(valueAt(await live(plane), 'status'), undefined);
  assert.ok('process' in (await applyStatus(kube, again, statusOf('Ready'))));
});

statuses('what has changed since it was seen is looked at again first', async ({ plane, kube, process }) => {
  const changed = { ...process, spec: { ...(process.spec as Resource), image: 'registry.example.com/worker:2' } };
  const now = (await demand(plane, 'PUT', `${path}/l2o`, changed)) as Resource;
  assert.equal(await applyStatus(kube, process, statusOf('Ready')), { superseded: true });
  assert.ok('process' in (await applyStatus(kube, now, statusOf('Ready'))));
});

statuses('the spec is never written, and the same status changes nothing', async ({ plane, kube, process }) => {
  const written = await applyStatus(kube, process, statusOf('Ready'));
  assert.ok('process' in written);
  const again = await applyStatus(kube, written.process, statusOf('Ready'));
  assert.ok('process' in again);
  const versions = [written.process, again.process].map((one) => valueAt(one, 'metadata', 'resourceVersion'));
  assert.is(versions[0], versions[1]);
  assert.is(valueAt(await live(plane), 'metadata', 'generation'), 1);
});

statuses('a status that the CRD refuses is a failure that says why', async ({ kube, process }) => {
  const wrong = { observedGeneration: 'one' } as unknown as ProcessStatus;
  const error = await applyStatus(kube, process, wrong).catch((thrown: unknown) => thrown);
  assert.ok(isFailure(error, 'Invalid') || isFailure(error, 'ServerFailed'), String(error));
  assert.match((error as Error).message, 'observedGeneration');
});

statuses.run();
