/** `npm run testbed -- demo`: the whole way before a person's eyes, from a Process in Git to a completed workflow and a lost worker. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startProcess } from '../../examples/worker/start-process.ts';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import { demand, type KubeObject } from './api.ts';
import { apply } from './apply.ts';
import { installCrd } from './discovery.ts';
import { type Follow, followStatus } from './follow-status.ts';
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
    render(folder, say);
    say('\n# Git is applied. The status, live:');
    const objects = folder.objects().map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    await apply(plane, objects);
    const follow = followStatus({ server: plane, namespace, name, say });
    stops.unshift(() => follow.stop());
    await Promise.race([show(testbed, follow, say), ended]);
  } finally {
    for (const stop of stops) await stop();
  }
}

/** As `examples/start` has it, with a newer version at the source than the one that is pinned. */
function render(folder: ProcessPackage, say: (line: string) => void): void {
  const example = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');
  for (const version of [1, 2, 3])
    folder.write(`definitions/t123/L2O_v3/${version}.json`, example(`definitions/t123/L2O_v3/${version}.json`));
  mkdirSync(folder.dir, { recursive: true });
  for (const file of ['l2o.yaml', 'l2o.generated.yaml']) writeFileSync(join(folder.dir, file), example(`start/${file}`));
  for (const verb of ['pin', 'render', 'verify']) {
    say(`$ ameide-process ${verb} processes`);
    say(folder.run(verb).trimEnd());
  }
}

async function show({ plane, temporal, node }: Testbed, follow: Follow, say: (line: string) => void): Promise<void> {
  const { definition } = await follow.until('Ready', 'True');
  say('\n# A workflow is started, as the worker contract wants it: with the checksum of the definition that runs now');
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const client = new Client({ connection, namespace: 'sales-process' });
    const handle = await startProcess(client, { workflowId: 'lead-4711', taskQueue, checksum: definition!.checksum });
    for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
    const { done } = await handle.result();
    say(`workflow lead-4711 completed with version ${definition!.version}: ${done.join(' → ')}`);
  } finally {
    await connection.close();
  }
  say('\n# Its worker is killed (kill -9), as a node or the kernel would do it');
  const pods = (await demand(plane, 'GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: KubeObject[] };
  await node.signal({ namespace, name: pods.items[0]!.metadata.name }, 'SIGKILL');
  await follow.until('Ready', 'False');
  await follow.until('Ready', 'True');
}
