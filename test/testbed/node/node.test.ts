import { suite } from 'uvu';
import { demand, request } from '../api.ts';
import type { ControlPlane } from '../control-plane.ts';
import { startControlPlane } from '../control-plane.ts';
import { resourcePath } from '../discovery.ts';
import { until } from '../until.ts';
import type { Node } from './node.ts';
import { startNode } from './node.ts';
import type { Pod } from './pod.ts';

const test = suite<{ plane: ControlPlane; node: Node }>('stand-in kubelet');

test.before(async (context) => {
  context.plane = await startControlPlane();
  const images = new Map([['shell', { entrypoint: ['sh', '-c'] }]]);
  context.node = await startNode(context.plane, { images, backOff: { firstMs: 400, longestMs: 2000 } });
});
test.after(async ({ plane, node }) => {
  await node?.stop();
  await plane?.stop();
});

test('hello', async ({ plane, node }) => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'default' },
    spec: {
      nodeName: node.name,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'c', image: 'x/shell:1', args: ['echo hi; hostname; id; sleep 1000'] }],
    },
  };
  const path = (await resourcePath(plane, pod))!;
  await demand(plane, 'POST', path, pod);
  await until({
    what: 'running',
    look: async () => (await demand(plane, 'GET', `${path}/a`)) as Pod,
    isSo: (p) => p.status?.phase === 'Running',
  });
  console.log(node.logs({ namespace: 'default', name: 'a' }));
  await demand(plane, 'DELETE', `${path}/a`);
  await until({
    what: 'gone',
    limitMs: 3000,
    look: async () => ({ code: (await request(plane, 'GET', `${path}/a`)).code }),
    isSo: (a) => a.code === 404,
  });
});
test.run();
