/** The comparison of rights with deeds, on a real audit log: what the sidecar's account lacks and what it does not need are both told. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import type { KubeObject, Server } from '../testbed/api.ts';
import { demand, request } from '../testbed/api.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { startControlPlane } from '../testbed/control-plane.ts';
import { resourcePath } from '../testbed/discovery.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { built } from './built.ts';
import { type Audit, auditIn, comparePermissions } from './permissions.ts';

const test = suite<{ plane: ControlPlane; dir: string; audit: Audit; objects: KubeObject[]; sidecar: Server }>('permissions');

test.before(async (context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-audit-'));
  context.audit = auditIn(context.dir);
  context.plane = await startControlPlane({ apiserverArgs: context.audit.args });
  context.objects = (await built('several-namespaces')).filter(({ kind }) => /^(ServiceAccount|Role|RoleBinding)$/.test(kind));
  for (const object of context.objects) await demand(context.plane, 'POST', (await resourcePath(context.plane, object))!, object);
  context.sidecar = await serviceAccountKubeconfig(context.plane, 'ameide-system', 'ameide-process');
});
test.after(async ({ plane, dir }) => {
  await plane?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('what was not done is unused, what was refused is missing, both by namespace', async ({ sidecar, objects, audit }) => {
  const expected = { '/api/v1/namespaces/sales/pods': 200, '/api/v1/namespaces/sales/secrets': 403, '/api/v1/namespaces/other/pods': 403 };
  for (const [path, code] of Object.entries(expected)) assert.is((await request(sidecar, 'GET', path)).code, code, path);
  const leases = '/apis/coordination.k8s.io/v1/namespaces/ameide-system/leases';
  await demand(sidecar, 'POST', leases, { metadata: { name: 'ameide-process' } });
  await demand(sidecar, 'GET', `${leases}/ameide-process`);
  assert.is((await request(sidecar, 'GET', `${leases}/other`)).code, 403);

  const { missing, unused } = comparePermissions(objects, audit, 'ameide-system/ameide-process');
  assert.equal(missing, ['ameide-system: get coordination.k8s.io/leases', 'other: list /pods', 'sales: list /secrets']);
  const watched = ['agents', 'domains', 'processes'].map((kind) => `ameide.io/${kind}`);
  const rights = ['/configmaps', '/pods', ...watched, 'apps/deployments'].flatMap((kind) => [`list ${kind}`, `watch ${kind}`]);
  rights.push('create events.k8s.io/events', 'patch ameide.io/processes', 'patch ameide.io/processes/status', 'patch events.k8s.io/events');
  const all = ['billing', 'sales'].flatMap((namespace) => rights.map((right) => `${namespace}: ${right}`));
  const wanted = [...all.filter((line) => line !== 'sales: list /pods'), 'ameide-system: update coordination.k8s.io/leases'];
  assert.equal(unused, wanted.sort());
});

test('an account that did nothing is a mistake, and so is a wildcard', ({ objects, audit }) => {
  assert.throws(() => comparePermissions(objects, audit, 'ameide-system/nobody'), /did nothing at all/);
  const rules = [{ apiGroups: ['*'], resources: ['pods'], verbs: ['get'] }];
  const wide = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'wide', namespace: 'sales' }, rules };
  assert.throws(() => comparePermissions([wide], audit, 'ameide-system/ameide-process'), /cannot be compared/);
});

test('the rendered Role lets it read the Secrets of one Process, and no others', async ({ plane, sidecar }) => {
  const rendered = loadAll(readFileSync(join(root, 'examples/several/order-to-cash.generated.yaml'), 'utf8'), { schema }) as KubeObject[];
  const rights = rendered.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding');
  assert.is(rights.length, 2);
  const namespace = rights[0]!.metadata.namespace!;
  const named = (rights[0]!.rules as { resourceNames: string[] }[]).flatMap(({ resourceNames }) => resourceNames);
  assert.ok(named.length > 0);
  const read = async (name: string) => (await request(sidecar, 'GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).code;
  assert.is(await read(named[0]!), 403);
  for (const object of rights) await demand(plane, 'POST', (await resourcePath(plane, object))!, object);
  for (const name of [...named, 'other']) {
    await demand(plane, 'POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name }, stringData: { key: 'value' } });
  }
  for (const name of named) await until({ what: `Secret ${name} to be readable`, look: () => read(name), isSo: (code) => code === 200 });
  assert.is(await read('other'), 403);
  assert.is((await request(sidecar, 'GET', `/api/v1/namespaces/${namespace}/secrets`)).code, 403);
});

test.run();
