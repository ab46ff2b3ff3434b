/** The admission policy, by trying: under the sidecar's own service account, with every right in the cluster, so that only it can refuse. */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answer, KubeObject, Server } from '../testbed/api.ts';
import { demand, message, request } from '../testbed/api.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { startControlPlane } from '../testbed/control-plane.ts';
import { installCrd, resourcePath } from '../testbed/discovery.ts';
import { built, deployFolder } from './built.ts';
import { asServiceAccount } from './service-account.ts';

const processes = '/apis/ameide.io/v1/namespaces/sales/processes';
const item = `${processes}/l2o`;

interface Live extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
    readonly finalizers: string[];
  };
  readonly spec: { readonly worker?: object };
}

type Change = (live: Live) => object;

const test = suite<{ plane: ControlPlane; sidecar: Server; namesake: Server; other: Server }>('admission policy');

test.before(async (context) => {
  const plane = await startControlPlane();
  context.plane = plane;
  await installCrd(plane, join(deployFolder, 'crd/ameide.io_processes.yaml'));
  await demand(plane, 'POST', '/api/v1/namespaces', { metadata: { name: 'sales' } });
  context.sidecar = await asServiceAccount(plane);
  context.namesake = await asServiceAccount(plane, { name: 'ameide-process', namespace: 'sales' });
  context.other = await asServiceAccount(plane, { name: 'gitops', namespace: 'ameide-system' });
  await allowEverything(plane);
  for (const object of await built('admission')) await demand(plane, 'POST', (await resourcePath(plane, object))!, object);
  await demand(plane, 'POST', processes, original);
  await untilInForce(context.sidecar);
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

/** Each try begins with the Process as it was. */
test.before.each(async ({ plane }) => {
  const live = (await demand(plane, 'GET', item)) as Live;
  const { resourceVersion } = live.metadata;
  await demand(plane, 'PUT', item, { ...original, metadata: { ...original.metadata, resourceVersion } });
});

const original = {
  apiVersion: 'ameide.io/v1',
  kind: 'Process',
  metadata: {
    name: 'l2o',
    namespace: 'sales',
    labels: { 'ameide.io/tier': 'backend' },
    annotations: { 'example.com/owner': 'sales', 'argocd.argoproj.io/sync-wave': '0' },
    finalizers: ['example.com/hold'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'sales', uid: 'f1f7e3ac-9a1c-4b0f-8d5d-0b8f6f1f0e11' }],
  },
  spec: {
    image: 'ghcr.io/ameide/l2o-process:0.7.0',
    definitionRef: { id: 'L2O_v3', tenantId: 't123' },
    temporal: { namespace: 'sales-process', taskQueue: 'l2o-tq' },
  },
};

const metadata =
  (change: (live: Live['metadata']) => object): Change =>
  (live) => ({ ...live, metadata: { ...live.metadata, ...change(live.metadata) } });
const annotated = (annotations: Record<string, string>) => metadata((live) => ({ annotations: { ...live.annotations, ...annotations } }));

const refused: Record<string, Change> = {
  'the image': (live) => ({ ...live, spec: { ...live.spec, image: 'evil:1' } }),
  'the pin': (live) => ({
    ...live,
    spec: {
      ...live.spec,
      definitionRef: { id: 'L2O_v3', tenantId: 't123', pin: { id: 'L2O_v3', version: 1, checksum: `sha256:${'0'.repeat(64)}` } },
    },
  }),
  'a part of the spec that was not there': (live) => ({ ...live, spec: { ...live.spec, worker: { replicas: 0 } } }),
  'a label that is added': metadata(({ labels }) => ({ labels: { ...labels, 'ameide.io/tenant-id': 'other' } })),
  'a label that is changed': metadata(() => ({ labels: { 'ameide.io/tier': 'frontend' } })),
  'all labels, removed': metadata(() => ({ labels: undefined })),
  'an annotation that is added': annotated({ 'ameide.io/rendered-from': '0000000000000000' }),
  'an annotation that is changed': annotated({ 'example.com/owner': 'us' }),
  'all annotations, removed': metadata(() => ({ annotations: undefined })),
  "somebody else's finalizer, removed": metadata(() => ({ finalizers: [] })),
  "somebody else's finalizer, added": metadata(({ finalizers }) => ({ finalizers: [...finalizers, 'example.com/more'] })),
  'the owners': metadata(() => ({ ownerReferences: undefined })),
};

const accepted: Record<string, Change> = {
  'a finalizer of ours': metadata(({ finalizers }) => ({ finalizers: [...finalizers, 'ameide.io/drain'] })),
  'the sync wave': annotated({ 'argocd.argoproj.io/sync-wave': '1' }),
  'what it depends on': annotated({ 'config.kubernetes.io/depends-on': 'apps/namespaces/sales/Deployment/l2o-process' }),
  'all three at once': (live) =>
    annotated({ 'argocd.argoproj.io/sync-wave': '1', 'config.kubernetes.io/depends-on': '/namespaces/sales/ConfigMap/x' })(
      metadata(({ finalizers }) => ({ finalizers: [...finalizers, 'ameide.io/drain'] }))(live) as Live,
    ),
};

for (const [what, change] of Object.entries(refused)) {
  test(`the sidecar may not write ${what}; others may`, async ({ sidecar, namesake, other }) => {
    for (const server of [sidecar, namesake]) {
      const answer = await update(server, change);
      assert.is(answer.code, 422, message(answer));
      assert.match(message(answer), /ValidatingAdmissionPolicy 'ameide-process-sidecar' .* denied request: /);
    }
    await expectAccepted(other, change);
  });
}

for (const [what, change] of Object.entries(accepted)) {
  test(`the sidecar may write ${what}, and take it back`, async ({ sidecar, plane }) => {
    await expectAccepted(sidecar, change);
    const back: Change = (live) => ({ ...live, metadata: { ...original.metadata, resourceVersion: live.metadata.resourceVersion } });
    await expectAccepted(sidecar, back);
    assert.equal(((await demand(plane, 'GET', item)) as Live).metadata.annotations, original.metadata.annotations);
  });
}

test('the sidecar may write the status, and with it nothing else', async ({ sidecar, plane }) => {
  const live = (await demand(plane, 'GET', item)) as Live;
  const conditions = [{ type: 'Ready', status: 'True', reason: 'AllReady', message: 'ready' }];
  const stowaway = { labels: { ...live.metadata.labels, stow: 'away' } };
  await demand(sidecar, 'PUT', `${item}/status`, {
    ...live,
    metadata: { ...live.metadata, ...stowaway },
    spec: { ...live.spec, image: 'evil:1' },
    status: { observedGeneration: 1, conditions },
  });
  const after = (await demand(plane, 'GET', item)) as Live & { status: object; spec: object };
  assert.equal(after.status, { observedGeneration: 1, conditions });
  assert.equal(after.spec, original.spec);
  assert.equal(after.metadata.labels, original.metadata.labels);
});

test('on a Process with neither labels nor annotations nor finalizers it may do the same, and no more', async ({ plane, sidecar }) => {
  const bare = { ...original, metadata: { name: 'bare', namespace: 'sales' } };
  await demand(plane, 'POST', processes, bare);
  const at = `${processes}/bare`;
  const guard = { annotations: { 'argocd.argoproj.io/sync-wave': '1' }, finalizers: ['ameide.io/drain'] };
  const guarded = await update(
    sidecar,
    metadata(() => guard),
    at,
  );
  assert.is(guarded.code, 200, message(guarded));
  const labelled = await update(
    sidecar,
    metadata(() => ({ labels: { a: 'b' } })),
    at,
  );
  assert.is(labelled.code, 422, message(labelled));
});

test('the sidecar may neither create nor delete a Process', async ({ sidecar, other }) => {
  const another = { ...original, metadata: { name: 'another', namespace: 'sales' } };
  for (const answer of [await request(sidecar, 'POST', processes, another), await request(sidecar, 'DELETE', item)]) {
    assert.is(answer.code, 422, message(answer));
    assert.match(message(answer), 'neither creates nor deletes');
  }
  await demand(other, 'POST', processes, another);
  const all = await request(sidecar, 'DELETE', processes);
  assert.is(all.code, 422, message(all));
  await demand(other, 'DELETE', `${processes}/another`);
});

/** As who it is, and not more than it has to: nothing but the policy stands in the way of these accounts. */
async function allowEverything(plane: ControlPlane): Promise<void> {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const subjects = [
    { kind: 'ServiceAccount', name: 'ameide-process', namespace: 'ameide-system' },
    { kind: 'ServiceAccount', name: 'ameide-process', namespace: 'sales' },
    { kind: 'ServiceAccount', name: 'gitops', namespace: 'ameide-system' },
  ];
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  await demand(plane, 'POST', path, { metadata: { name: 'everything' }, roleRef, subjects });
}

/** A policy counts some time after it was written. */
async function untilInForce(sidecar: Server, limitMs = 30_000): Promise<void> {
  const started = Date.now();
  for (;;) {
    const answer = await request(sidecar, 'POST', `${processes}?dryRun=All`, { ...original, metadata: { name: 'probe' } });
    if (answer.code === 422 && message(answer).includes('denied request')) return;
    if (Date.now() - started > limitMs) throw new Error(`not in force after ${limitMs / 1000} s: ${answer.code} ${message(answer)}`);
    await delay(50);
  }
}

async function update(server: Server, change: Change, at = item): Promise<Answer> {
  return request(server, 'PUT', at, change((await demand(server, 'GET', at)) as Live));
}

async function expectAccepted(server: Server, change: Change): Promise<void> {
  const answer = await update(server, change);
  assert.is(answer.code, 200, message(answer));
}

test.run();
