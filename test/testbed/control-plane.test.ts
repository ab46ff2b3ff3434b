import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand, type KubeObject } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';
import { installCrd } from './discovery.ts';
import { dryRun, dryRunUpdate } from './dry-run.ts';

const control = suite<{ plane: ControlPlane; dir: string }>('control plane');

control.before(async (context) => {
  context.plane = await startControlPlane();
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-crd-'));
});
control.after(async ({ plane, dir }) => {
  await plane?.stop();
  if (dir) rmSync(dir, { recursive: true });
});

const configMap = (data: Record<string, string>, rest = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'sales' },
  data,
  ...rest,
});

const deployment = (template: Record<string, unknown>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'workers', namespace: 'sales' },
  spec: {
    selector: { matchLabels: { app: 'workers' } },
    template: { metadata: { labels: { app: 'workers' } }, spec: { containers: [{ name: 'worker', image: 'w:1' }], ...template } },
  },
});

control('accepts a ConfigMap in a namespace that was not there, and stores nothing', async ({ plane }) => {
  assert.equal(await dryRun(plane, configMap({ a: '1' })), { accepted: true });
  assert.equal(await dryRun(plane, configMap({ a: '2' })), { accepted: true }, 'a stored one would conflict');
});

control('accepts a Deployment and refuses one with an unknown field, naming it', async ({ plane }) => {
  assert.equal(await dryRun(plane, deployment({})), { accepted: true });
  const verdict = await dryRun(plane, deployment({ dnsPolcy: 'Default' }));
  assert.not(verdict.accepted);
  if (!verdict.accepted) assert.match(verdict.status.message, 'unknown field "spec.template.spec.dnsPolcy"');
});

control('refuses a kind that it does not have', async ({ plane }) => {
  const verdict = await dryRun(plane, { apiVersion: 'example.org/v1', kind: 'Nothing', metadata: { name: 'a' } });
  assert.not(verdict.accepted);
});

control('judges a transition: an immutable ConfigMap keeps its data', async ({ plane }) => {
  const before = configMap({ a: '1' }, { immutable: true });
  assert.equal(await dryRunUpdate(plane, before, before), { accepted: true });
  const verdict = await dryRunUpdate(plane, before, configMap({ a: '2' }, { immutable: true }));
  assert.not(verdict.accepted);
  if (!verdict.accepted) assert.match(verdict.status.message, 'immutable');
  assert.equal(await dryRun(plane, before), { accepted: true }, 'what was really created is gone again');
});

const queue = (size: unknown, rest = {}) => ({
  apiVersion: 'test.ameide.io/v1',
  kind: 'Queue',
  metadata: { name: 'q' },
  spec: { size, ...rest },
});

control('installs a CRD, and its rules decide at once', async ({ plane, dir }) => {
  const file = queueCrdIn(dir);
  await installCrd(plane, file);
  await installCrd(plane, file);
  assert.equal(await dryRun(plane, queue(1)), { accepted: true });
  assert.not((await dryRun(plane, queue('1'))).accepted);
  assert.not((await dryRun(plane, queue(1, { colour: 'red' }))).accepted);
  assert.equal(await dryRunUpdate(plane, queue(1), queue(1)), { accepted: true });
  const verdict = await dryRunUpdate(plane, queue(1), queue(2));
  assert.not(verdict.accepted);
  if (!verdict.accepted) assert.match(verdict.status.message, 'size never changes');
});

control('installs a CRD that is being deleted when it is gone', async ({ plane, dir }) => {
  const file = queueCrdIn(dir);
  await installCrd(plane, file);
  const held = { ...queue(1), metadata: { name: 'held', finalizers: ['test.ameide.io/held'] } };
  const queues = '/apis/test.ameide.io/v1/namespaces/default/queues';
  await demand(plane, 'POST', queues, held);
  const before = (await demand(plane, 'DELETE', crdPath)) as KubeObject;
  let isInstalled = false;
  const installing = installCrd(plane, file).then(() => {
    isInstalled = true;
  });
  await delay(500);
  assert.not(isInstalled, 'while the held object keeps the old one');
  await demand(plane, 'PATCH', `${queues}/held`, { metadata: { finalizers: [] } });
  await installing;
  const after = (await demand(plane, 'GET', crdPath)) as KubeObject;
  assert.is.not(after.metadata.uid, before.metadata.uid);
  assert.not(after.metadata.deletionTimestamp);
});

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/queues.test.ameide.io';

function queueCrdIn(dir: string): string {
  const file = join(dir, 'crd.yaml');
  writeFileSync(file, JSON.stringify(queueCrd()));
  return file;
}

function queueCrd() {
  const rule = { rule: 'self.size == oldSelf.size', message: 'size never changes' };
  const spec = { type: 'object', properties: { size: { type: 'integer' } }, 'x-kubernetes-validations': [rule] };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'queues.test.ameide.io' },
    spec: {
      group: 'test.ameide.io',
      scope: 'Namespaced',
      names: { plural: 'queues', singular: 'queue', kind: 'Queue', listKind: 'QueueList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

control.run();
