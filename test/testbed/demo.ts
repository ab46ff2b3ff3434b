/** `npm run testbed -- demo`: the whole way before a person's eyes, from a Process in Git to a completed workflow and a lost worker. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startProcess } from '../../examples/worker/start-process.ts';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import { demand, type KubeObject } from './api.ts';
import { apply } from './apply.ts';
import { installCrd } from './discovery.ts';
import { type Follow, type FollowedStatus, followStatus } from './follow-status.ts';
import { root } from './parts.ts';
import { createPackage, type ProcessPackage } from './process-package.ts';
import type { Testbed } from './testbed.ts';

const namespace = 'sales';
const name = 'l2o';
const taskQueue = 'l2o-tq';

export interface Demo {
  readonly say: (line: string) => void;
  /** Resolves when the person wants to end early. */
  readonly ended: Promise<void>;
}

/** Resolves when all was shown; throws when something did not come true. */
export async function runDemo(testbed: Testbed, { say, ended }: Demo): Promise<void> {
  const { plane, temporal } = testbed;
  const folder = createPackage(temporal.address);
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    say('\n# The CRD is installed, and the sidecar started');
    await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
    const sidecar = await startSidecar({ kubeconfig: plane.kubeconfig, args: ['-n', namespace, '--no-leader-election'] });
    stops.unshift(() => sidecar.stop());
    say('\n# A team pins and renders its Process, and commits that');
    writePackage(folder);
    render(folder, say);
    say('\n# Git is applied. The status, live:');
    await applyPackage({ testbed, folder });
    const follow = followStatus({ server: plane, namespace, name, say });
    stops.unshift(() => follow.stop());
    const connection = await Connection.connect({ address: temporal.address });
    stops.unshift(() => connection.close());
    const client = new Client({ connection, namespace: 'sales-process' });
    await Promise.race([show({ testbed, folder, follow, client, say, ended }), ended]);
  } finally {
    for (const stop of stops) await stop();
  }
}

const example = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');

/** As `examples/start` has it, with a newer version at the source than the one that is pinned. */
function writePackage(folder: ProcessPackage): void {
  for (const version of [1, 2, 3])
    folder.write(`definitions/t123/L2O_v3/${version}.json`, example(`definitions/t123/L2O_v3/${version}.json`));
  mkdirSync(folder.dir, { recursive: true });
  for (const file of ['l2o.yaml', 'l2o.generated.yaml']) writeFileSync(join(folder.dir, file), example(`start/${file}`));
}

function render(folder: ProcessPackage, say: Demo['say']): void {
  for (const verb of ['pin', 'render', 'verify']) {
    say(`$ ameide-process ${verb} processes`);
    say(folder.run(verb).trimEnd());
  }
}

/** As a GitOps tool does. */
async function applyPackage({ testbed, folder }: Pick<Stage, 'testbed' | 'folder'>): Promise<void> {
  await apply(
    testbed.plane,
    folder.objects().map((object) => ({ ...object, metadata: { ...object.metadata, namespace } })),
  );
}

interface Stage extends Demo {
  readonly testbed: Testbed;
  readonly folder: ProcessPackage;
  readonly follow: Follow;
  readonly client: Client;
}

async function show(stage: Stage): Promise<void> {
  const { definition } = await stage.follow.until('Ready', 'True');
  stage.say('\n# A workflow is started, as the worker contract wants it: with the checksum of the definition that runs now');
  await finish(stage, await start(stage, 'lead-4711', definition!), definition!);
  await showLostWorker(stage);
  await showNewDefinition(stage, definition!);
}

async function showLostWorker({ testbed: { plane, node }, follow, say }: Stage): Promise<void> {
  say('\n# Its worker is killed (kill -9), as a node or the kernel would do it');
  const pods = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: KubeObject[] };
  await node.signal({ namespace, name: pods.items[0]!.metadata.name }, 'SIGKILL');
  await follow.until('Ready', 'False');
  await follow.until('Ready', 'True');
}

async function showNewDefinition(stage: Stage, before: RunningDefinition): Promise<void> {
  const { folder, follow, say } = stage;
  say('\n# A workflow runs while the definition changes in Git: the old version stays beside the new one');
  const running = await start(stage, 'lead-4712', before);
  folder.write('definitions/t123/L2O_v3/4.json', example('definitions/t123/L2O_v3/3.json').replace('"version": 3', '"version": 4'));
  render(folder, say);
  await applyPackage(stage);
  await follow.until('Ready', 'False');
  const { definition } = await follow.until('Ready', 'True');
  await finish(stage, running, before);
  await finish(stage, await start(stage, 'lead-4713', definition!), definition!);
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
