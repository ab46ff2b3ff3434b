/** The acts of the demonstration. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { startProcess } from '../../examples/worker/start-process.ts';
import { run } from '../verify/live-bed.ts';
import { demand, type KubeObject, request } from './api.ts';
import { apply, objectPath } from './apply.ts';
import type { Demo } from './demo.ts';
import type { Follow, FollowedStatus } from './follow-status.ts';
import { root } from './parts.ts';
import type { ProcessPackage } from './process-package.ts';
import type { Testbed } from './testbed.ts';
import { until } from './until.ts';

export const namespace = 'sales';
export const name = 'l2o';
const taskQueue = 'l2o-tq';

export interface Stage extends Demo {
  readonly testbed: Testbed;
  readonly folder: ProcessPackage;
  readonly follow: Follow;
  readonly client: Client;
}

const example = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');

/** As `examples/start` has it, with a newer version at the source than the one that is pinned. */
export function writePackage(folder: ProcessPackage): void {
  for (const version of [1, 2, 3])
    folder.write(`definitions/t123/L2O_v3/${version}.json`, example(`definitions/t123/L2O_v3/${version}.json`));
  mkdirSync(folder.dir, { recursive: true });
  for (const file of ['l2o.yaml', 'l2o.generated.yaml']) writeFileSync(join(folder.dir, file), example(`start/${file}`));
}

export function render(folder: ProcessPackage, say: Demo['say']): void {
  for (const verb of ['pin', 'render', 'verify']) {
    say(`$ ameide-process ${verb} processes`);
    say(folder.run(verb).trimEnd());
  }
}

/** As a GitOps tool does. */
export async function applyPackage({ testbed, folder }: Pick<Stage, 'testbed' | 'folder'>): Promise<void> {
  await apply(testbed.plane, objectsOf(folder));
}

function objectsOf(folder: ProcessPackage): KubeObject[] {
  return folder.objects().map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}

/** What a person on call types. */
async function ask({ testbed, say }: Stage, ...args: string[]): Promise<void> {
  const command = [...args, '-n', namespace];
  const { code, stdout, stderr } = await run(command, { KUBECONFIG: testbed.plane.kubeconfig });
  if (code !== 0) throw new Error(`ameide-process ${command.join(' ')} ended with ${code}: ${stderr}`);
  say(`$ ameide-process ${command.join(' ')}`);
  say(stdout.trimEnd());
}

export async function showAll(stage: Stage): Promise<void> {
  const { definition } = await stage.follow.until('Ready', 'True');
  await ask(stage, 'list');
  stage.say('\n# A workflow is started, as the worker contract wants it: with the checksum of the definition that runs now');
  await finish(stage, await start(stage, 'lead-4711', definition!), definition!);
  await showLostWorker(stage);
  const { definition: newer } = await showNewDefinition(stage, definition!);
  await showDrain(stage, newer!);
}

async function showLostWorker(stage: Stage): Promise<void> {
  const { plane, node } = stage.testbed;
  const { follow, say } = stage;
  say('\n# Its worker is killed (kill -9), as a node or the kernel would do it');
  const pods = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: KubeObject[] };
  await node.signal({ namespace, name: pods.items[0]!.metadata.name }, 'SIGKILL');
  await follow.until('Ready', 'False');
  await follow.until('Ready', 'True');
  say('\n# Who is on call looks what that was');
  await ask(stage, 'describe', name);
}

async function showNewDefinition(stage: Stage, before: RunningDefinition): Promise<FollowedStatus> {
  const { folder, follow, say } = stage;
  say('\n# A workflow runs while the definition changes in Git: the old version stays beside the new one');
  const running = await start(stage, 'lead-4712', before);
  folder.write('definitions/t123/L2O_v3/4.json', example('definitions/t123/L2O_v3/3.json').replace('"version": 3', '"version": 4'));
  render(folder, say);
  await applyPackage(stage);
  // What was Ready before the roll-out is no news.
  let status = await follow.until('Ready', 'True');
  while (status.definition!.checksum === before.checksum) status = await follow.until('Ready', 'True');
  await finish(stage, running, before);
  await finish(stage, await start(stage, 'lead-4713', status.definition!), status.definition!);
  return status;
}

async function showDrain(stage: Stage, definition: RunningDefinition): Promise<void> {
  const { testbed, folder, follow, say } = stage;
  say('\n# The Process is to go, and a workflow still runs. First it is drained:');
  const running = await start(stage, 'lead-4714', definition);
  say('$ ameide-process drain processes/l2o.yaml');
  say(folder.runOn('processes/l2o.yaml', 'drain').trimEnd());
  say('$ ameide-process render processes');
  say(folder.run('render').trimEnd());
  await applyPackage(stage);
  await follow.until('Draining', 'True');
  await ask(stage, 'list');
  await finish(stage, running, definition);
  await follow.until('Drained', 'True');
  say('\n# Now it is removed from Git, and pruned: the Process first, then workers and definitions');
  for (const object of objectsOf(folder).sort(({ kind }) => (kind === 'Process' ? -1 : 1))) {
    const path = await objectPath(testbed.plane, object);
    await demand(testbed.plane, 'DELETE', path);
    await until({ what: `the end of ${object.kind}`, look: () => request(testbed.plane, 'GET', path), isSo: ({ code }) => code === 404 });
    say(`${object.kind} ${object.metadata.name} is gone`);
  }
}

type RunningDefinition = NonNullable<FollowedStatus['definition']>;
type Running = Awaited<ReturnType<typeof startProcess>>;

async function start({ client }: Stage, workflowId: string, { checksum }: RunningDefinition): Promise<Running> {
  return startProcess(client, { workflowId, taskQueue, checksum });
}

async function finish({ say }: Stage, handle: Running, { version }: RunningDefinition): Promise<void> {
  for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
  const { done } = await handle.result();
  say(`workflow ${handle.workflowId} completed with version ${version}: ${done.join(' → ')}`);
}
