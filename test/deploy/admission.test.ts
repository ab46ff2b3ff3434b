/** The admission policy, by trying: under the sidecar's own service account, with every right in the cluster, so that only it can refuse. */

import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answer, KubeObject, Server } from '../testbed/api.ts';
import { demand, message, request } from '../testbed/api.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { startControlPlane } from '../testbed/control-plane.ts';
import { installCrd, resourcePath } from '../testbed/discovery.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { built, deployFolder } from './built.ts';

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
  for (const name of ['ameide-system', 'sales']) await demand(plane, 'POST', '/api/v1/namespaces', { metadata: { name } });
  context.sidecar = await account(plane, 'ameide-system', 'ameide-process');
  context.namesake = await account(plane, 'sales', 'ameide-process');
  context.other = await account(plane, 'ameide-system', 'gitops');
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

const says = {
  spec: 'the sidecar never changes the spec of a Process; Git does',
  labels: 'the sidecar never changes the labels of a Process',
  annotations: 'of the annotations of a Process the sidecar changes',
  finalizers: 'of the finalizers of a Process the sidecar changes',
  owners: 'the sidecar never changes the owners of a Process',
};
const pin = { id: 'L2O_v3', version: 1, checksum: `sha256:${'0'.repeat(64)}` };
const more = 'example.com/more';

const refused: [what: string, says: string, change: Change][] = [
  ['the image', says.spec, (live) => ({ ...live, spec: { ...live.spec, image: 'evil:1' } })],
  ['the pin', says.spec, (live) => ({ ...live, spec: { ...live.spec, definitionRef: { ...original.spec.definitionRef, pin } } })],
  ['a part of the spec that was not there', says.spec, (live) => ({ ...live, spec: { ...live.spec, worker: { replicas: 0 } } })],
  ['a label that is added', says.labels, metadata(({ labels }) => ({ labels: { ...labels, 'ameide.io/tenant-id': 'other' } }))],
  ['a label that is changed', says.labels, metadata(() => ({ labels: { 'ameide.io/tier': 'frontend' } }))],
  ['no labels at all', says.labels, metadata(() => ({ labels: undefined }))],
  ['an annotation that is added', says.annotations, annotated({ 'ameide.io/rendered-from': '0000000000000000' })],
  ['an annotation that is changed', says.annotations, annotated({ 'example.com/owner': 'us' })],
  ['no annotations at all', says.annotations, metadata(() => ({ annotations: undefined }))],
  ["a Process without somebody else's finalizer", says.finalizers, metadata(() => ({ finalizers: [] }))],
  ["somebody else's finalizer", says.finalizers, metadata(({ finalizers }) => ({ finalizers: [...finalizers, more] }))],
  ['other owners', says.owners, metadata(() => ({ ownerReferences: undefined }))],
];

const accepted: Record<string, Change> = {
  'a finalizer of ours': metadata(({ finalizers }) => ({ finalizers: [...finalizers, 'ameide.io/drain'] })),
  'the sync wave': annotated({ 'argocd.argoproj.io/sync-wave': '1' }),
  'what it depends on': annotated({ 'config.kubernetes.io/depends-on': 'apps/namespaces/sales/Deployment/l2o-process' }),
  'all three at once': (live) =>
    annotated({ 'argocd.argoproj.io/sync-wave': '1', 'config.kubernetes.io/depends-on': '/namespaces/sales/ConfigMap/x' })(
      metadata(({ finalizers }) => ({ finalizers: [...finalizers, 'ameide.io/drain'] }))(live) as Live,
    ),
};

for (const [what, words, change] of refused) {
  test(`the sidecar may not write ${what}; others may`, async ({ sidecar, namesake, other }) => {
    for (const server of [sidecar, namesake]) {
      const answer = await update(server, change);
      assert.is(answer.code, 422, message(answer));
      assert.match(message(answer), `ValidatingAdmissionPolicy 'ameide-process-sidecar'`);
      assert.match(message(answer), `denied request: ${words}`);
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
    assert.match(message(answer), 'denied request: the sidecar neither creates nor deletes');
  }
  await demand(other, 'POST', processes, another);
  const all = await request(sidecar, 'DELETE', processes);
  assert.is(all.code, 422, message(all));
  await demand(other, 'DELETE', `${processes}/another`);
});

/** A service account that may do everything: nothing but the policy stands in its way. */
async function account(plane: ControlPlane, namespace: string, name: string): Promise<Server> {
  await demand(plane, 'POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  await demand(plane, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: `${namespace}-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return serviceAccountKubeconfig(plane, namespace, name);
}

/** A policy counts some time after it was written. */
async function untilInForce(sidecar: Server): Promise<void> {
  const probe = { ...original, metadata: { name: 'probe' } };
  await until({
    what: 'the policy to be in force',
    look: () => request(sidecar, 'POST', `${processes}?dryRun=All`, probe),
    isSo: (answer) => answer.code === 422 && message(answer).includes('denied request'),
  });
}

async function update(server: Server, change: Change, at = item): Promise<Answer> {
  return request(server, 'PUT', at, change((await demand(server, 'GET', at)) as Live));
}

async function expectAccepted(server: Server, change: Change): Promise<void> {
  const answer = await update(server, change);
  assert.is(answer.code, 200, message(answer));
}

test.run();
