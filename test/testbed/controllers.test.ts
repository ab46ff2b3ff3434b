import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KubeObject } from './api.ts';
import { demand, request } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';
import { serviceAccountKubeconfig } from './kubeconfig.ts';
import { until } from './until.ts';

const controllers = suite<{ plane: ControlPlane }>('controllers');

controllers.before(async (context) => {
  context.plane = await startControlPlane({ controllers: true });
});
controllers.after(async ({ plane }) => {
  await plane?.stop();
});

const list = async (plane: ControlPlane, path: string) => ((await demand(plane, 'GET', path)) as { items: KubeObject[] }).items;

controllers('a namespace gets its service account', async ({ plane }) => {
  await demand(plane, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sales' } });
  await until({
    what: 'the service account',
    look: () => request(plane, 'GET', '/api/v1/namespaces/sales/serviceaccounts/default'),
    isSo: ({ code }) => code === 200,
  });
});

controllers('a Deployment gets pods, they are scheduled once there is a node, and all goes with the Deployment', async ({ plane }) => {
  const pods = () => list(plane, '/api/v1/namespaces/default/pods');
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  await demand(plane, 'POST', deployments, deployment('workers', 2));
  await until({ what: 'two pods', look: pods, isSo: ({ length }) => length === 2 });
  await demand(plane, 'POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  await demand(plane, 'PUT', '/api/v1/nodes/n1/status', readyNode('n1'));
  const nodes = () => pods().then((seen) => seen.map(({ spec }) => (spec as { nodeName?: string }).nodeName));
  await until({ what: 'pods on n1', look: nodes, isSo: (seen) => seen.every((name) => name === 'n1') });
  await demand(plane, 'DELETE', `${deployments}/workers?propagationPolicy=Background`);
  const sets = () => list(plane, '/apis/apps/v1/namespaces/default/replicasets');
  await until({ what: 'no ReplicaSet', look: sets, isSo: ({ length }) => length === 0 });
  const deleted = () => pods().then((seen) => seen.map(({ metadata }) => metadata.deletionTimestamp));
  await until({ what: 'pods told to end', look: deleted, isSo: (seen) => seen.every((time) => time !== undefined) });
});

controllers('a service account may do what its role says, and nothing else', async ({ plane }) => {
  const namespace = '/api/v1/namespaces/default';
  await demand(plane, 'POST', `${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader' } });
  const { kubeconfig, ...credentials } = await serviceAccountKubeconfig(plane, 'default', 'reader');
  const refused = await request(credentials, 'GET', `${namespace}/configmaps`);
  assert.is(refused.code, 403);
  assert.match(JSON.stringify(refused.body), 'system:serviceaccount:default:reader');
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  await demand(plane, 'POST', `${rbac}/roles`, role);
  await demand(plane, 'POST', `${rbac}/rolebindings`, binding);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const client = config.makeApiClient(CoreV1Api);
  const read = () => client.listNamespacedConfigMap({ namespace: 'default' }).then(({ kind }) => kind ?? 'list');
  await until({ what: 'the permission', look: read, isSo: () => true });
  assert.is((await request(credentials, 'GET', `${namespace}/secrets`)).code, 403);
});

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: 'reader' },
  rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
};

const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'reader' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
  subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
};

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'worker', image: 'w:1' }] } },
  },
});

const readyNode = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: {
    capacity: { cpu: '2', memory: '8Gi', pods: '10' },
    conditions: [{ type: 'Ready', status: 'True', reason: 'Test', lastHeartbeatTime: new Date().toISOString() }],
  },
});

controllers.run();
