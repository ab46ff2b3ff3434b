import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { KubeObject } from './api.ts';
import { demand } from './api.ts';
import type { ControlPlane } from './control-plane.ts';
import { startControlPlane } from './control-plane.ts';
import type { Kwok } from './kwok.ts';
import { onKwok, startKwok } from './kwok.ts';
import { until } from './until.ts';

const test = suite<{ plane: ControlPlane; kwok: Kwok }>('kwok');

test.before(async (context) => {
  context.plane = await startControlPlane({ controllers: true });
  context.kwok = await startKwok(context.plane, { nodes: 2 });
});
test.after(async ({ plane, kwok }) => {
  await kwok?.stop();
  await plane?.stop();
});

const deployments = '/apis/apps/v1/namespaces/default/deployments';

const deployment = (name: string, replicas: number, where: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'worker', image: 'w:1' }], ...where } },
  },
});

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string; readonly conditions?: readonly { readonly type: string; readonly reason?: string }[] };
}

const pods = async (plane: ControlPlane, app: string) =>
  ((await demand(plane, 'GET', `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`)) as { items: Pod[] }).items;

async function available(plane: ControlPlane, name: string): Promise<number> {
  const { status } = (await demand(plane, 'GET', `${deployments}/${name}`)) as { status: { availableReplicas?: number } };
  return status.availableReplicas ?? 0;
}

test('a hundred pods that ask for it become available there, and go when they are deleted', async ({ plane, kwok }) => {
  await demand(plane, 'POST', deployments, deployment('many', 100, onKwok));
  await until({ what: '100 available', look: () => available(plane, 'many'), isSo: (count) => count === 100, limitMs: 30_000 });
  const nodes = new Set((await pods(plane, 'many')).map(({ spec }) => spec.nodeName));
  assert.equal([...nodes].sort(), kwok.nodeNames);
  await demand(plane, 'DELETE', `${deployments}/many?propagationPolicy=Foreground`);
  await until({ what: 'no pods', look: () => pods(plane, 'many'), isSo: ({ length }) => length === 0, limitMs: 30_000 });
});

test('a pod that does not ask for it stays away', async ({ plane }) => {
  await demand(plane, 'POST', deployments, deployment('other', 1, {}));
  const reasons = async () => (await pods(plane, 'other')).flatMap(({ status }) => status.conditions?.map(({ reason }) => reason) ?? []);
  await until({ what: 'a pod that fits nowhere', look: reasons, isSo: (seen) => seen.includes('Unschedulable') });
});

test.run();
