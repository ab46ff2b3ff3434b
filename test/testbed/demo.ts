/** `npm run testbed -- demo`: the whole way before a person's eyes, from a Process in Git to its end, with a lost worker, a new definition, a canary and a broken promise on the way. */
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import { showAll } from './demo-acts.ts';
import { applyPackage, name, namespace, pinAndRender, writePackage } from './demo-stage.ts';
import { installCrd } from './discovery.ts';
import { followStatus } from './follow-status.ts';
import { root } from './parts.ts';
import { createPackage } from './process-package.ts';
import type { Testbed } from './testbed.ts';

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
    pinAndRender({ folder, say });
    say('\n# Git is applied. The status, live:');
    await applyPackage({ testbed, folder });
    const follow = followStatus({ server: plane, namespace, name, say });
    stops.unshift(() => follow.stop());
    const connection = await Connection.connect({ address: temporal.address });
    stops.unshift(() => connection.close());
    const client = new Client({ connection, namespace: 'sales-process' });
    await Promise.race([showAll({ testbed, folder, follow, client, say, ended }), ended]);
  } finally {
    for (const stop of stops) await stop();
  }
}
