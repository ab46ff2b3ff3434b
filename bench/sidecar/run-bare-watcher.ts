/** A program: the floor for a status, which PATCHes one at once on every change of a Deployment. SERVER.JSON NAMESPACE */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { valueAt } from '../../src/resource.ts';
import type { KubeObject, Server } from '../../test/testbed/api.ts';
import { demand } from '../../test/testbed/api.ts';
import { bareWatch } from './bare-watch.ts';
import { ownerOf } from './fleet.ts';

const [file = '', namespace = ''] = process.argv.slice(2);
const server = JSON.parse(readFileSync(file, 'utf8')) as Server;
const watch = bareWatch(server, `/apis/apps/v1/namespaces/${namespace}/deployments`, (deployment, isGone) => {
  if (!isGone) void write(deployment);
});
await watch.listed;
console.log('watching');

async function write(deployment: KubeObject): Promise<void> {
  const name = ownerOf(deployment).split('/')[1];
  const isAvailable = Number(valueAt(deployment, 'status', 'availableReplicas') ?? 0) > 0;
  const condition = {
    type: 'Ready',
    status: isAvailable ? 'True' : 'False',
    reason: 'Floor',
    message: 'what a bare watcher writes',
    lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
  };
  const path = `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}/status`;
  await demand(server, 'PATCH', path, { status: { conditions: [condition] } });
}
