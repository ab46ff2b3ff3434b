import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nameOf } from '../../src/resource.ts';
import { demand } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { closeWatched, configMap, configMapsPath, watchConfigMaps } from './watched.ts';

const access = suite<{ plane: ControlPlane }>('what may not be watched yet');

access.before(async (context) => {
  context.plane = await startControlPlane();
});
access.after.each(closeWatched);
access.after(async ({ plane }) => {
  await plane?.stop();
});

access('a kind that is installed later is found by itself, and one that is removed leaves nothing', async ({ plane }) => {
  const path = '/apis/ameide.io/v1/namespaces/default/processes';
  const watched = await watchConfigMaps(plane.kubeconfig, { path, keep: nameOf });
  await until({ what: 'Absent', look: () => watched.state(), isSo: ({ kind }) => kind === 'Absent' });
  assert.not(watched.hasListed());
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await demand(plane, 'POST', path, processNamed('l2o'));
  await until({ what: 'the Process', look: () => watched.stored(), isSo: (stored) => stored.length === 1, limitMs: 35_000 });
  assert.equal(watched.stored(), ['l2o l2o']);
  assert.equal(watched.states, ['Absent', 'Synced']);
  await demand(plane, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/processes.ameide.io');
  await until({ what: 'Absent', look: () => watched.state(), isSo: ({ kind }) => kind === 'Absent', limitMs: 20_000 });
  assert.is(watched.store.size, 0);
});

access('a right that is granted later is used by itself', async ({ plane }) => {
  await demand(plane, 'POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'watcher' } });
  const { kubeconfig } = await serviceAccountKubeconfig(plane, 'default', 'watcher');
  await demand(plane, 'POST', configMapsPath, configMap('secretive', '1'));
  const watched = await watchConfigMaps(kubeconfig);
  await until({ what: 'Forbidden', look: () => watched.state(), isSo: ({ kind }) => kind === 'Forbidden' });
  const state = watched.state();
  if (state.kind === 'Forbidden') assert.match(state.message, 'cannot list resource "configmaps"');
  await grant(plane, ['list']);
  await until({ what: 'the ConfigMap', look: () => watched.stored(), isSo: (stored) => stored.includes('secretive 1'), limitMs: 35_000 });
  await until({ what: 'Forbidden', look: () => watched.state(), isSo: ({ kind }) => kind === 'Forbidden' });
  await grant(plane, ['list', 'watch']);
  await demand(plane, 'DELETE', `${configMapsPath}/secretive`);
  await until({ what: 'Synced', look: () => watched.state(), isSo: ({ kind }) => kind === 'Synced', limitMs: 35_000 });
  assert.equal(watched.stored(), []);
});

async function grant(plane: ControlPlane, verbs: readonly string[]): Promise<void> {
  const base = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  const subjects = [{ kind: 'ServiceAccount', name: 'watcher', namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: verbs.join('-') };
  await demand(plane, 'POST', `${base}/roles`, {
    metadata: { name: verbs.join('-') },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
  });
  await demand(plane, 'POST', `${base}/rolebindings`, { metadata: { name: verbs.join('-') }, subjects, roleRef });
}

function processNamed(name: string) {
  const definitionRef = { id: 'L2O_v3', tenantId: 'acme' };
  const spec = { image: 'registry.example.com/worker:1', definitionRef, temporal: { namespace: 'sales', taskQueue: 'l2o' } };
  return { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name }, spec };
}

access.run();
