/** What the acts of the demonstration have in common: a team's folder, its commands, what GitOps does with it, and workflows. */
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
const file = 'processes/l2o.yaml';

export interface Stage extends Demo {
  readonly testbed: Testbed;
  readonly folder: ProcessPackage;
  readonly follow: Follow;
  readonly client: Client;
}

export type RunningDefinition = NonNullable<FollowedStatus['definition']>;
type Running = Awaited<ReturnType<typeof startProcess>>;

const example = (path: string) => readFileSync(join(root, 'examples', path), 'utf8');

/** As `examples/start` has it, in a namespace and with a promise; a newer version is at the source than the one that is pinned. */
export function writePackage(folder: ProcessPackage): void {
  for (const version of [1, 2, 3]) publish(folder, version);
  mkdirSync(folder.dir, { recursive: true });
  for (const written of ['l2o.yaml', 'l2o.generated.yaml']) {
    const text = example(`start/${written}`).replaceAll(/^metadata:$/gm, `metadata:\n  namespace: ${namespace}`);
    writeFileSync(join(folder.dir, written), written === 'l2o.yaml' ? `${text}${promise}` : text);
  }
}

const promise = `
  slaChecks:
  - name: slow
    schedule: "* * * * *"
    maxDuration: 20s
`;

/** A version at the source; those after 3 differ from it in their number alone. */
export function publish(folder: ProcessPackage, version: number): void {
  const text = example(`definitions/t123/L2O_v3/${Math.min(version, 3)}.json`).replace('"version": 3', `"version": ${version}`);
  folder.write(`definitions/t123/L2O_v3/${version}.json`, text);
}

type InGit = Pick<Stage, 'folder' | 'say'>;

export function pinAndRender(stage: InGit, ...pinOptions: string[]): void {
  inFolder(stage, 'pin', ...pinOptions);
  inFolder(stage, 'render');
  inFolder(stage, 'verify');
}

/** A verb for the whole folder. */
export function inFolder({ folder, say }: InGit, verb: string, ...options: string[]): void {
  say(`$ ${['ameide-process', verb, 'processes', ...options].join(' ')}`);
  say(folder.run(verb, ...options).trimEnd());
}

/** A verb for the Process's file, and what follows from it. */
export function inFile(stage: InGit, verb: string): void {
  const { folder, say } = stage;
  say(`$ ameide-process ${verb} ${file}`);
  say(folder.runOn(file, verb).trimEnd());
  inFolder(stage, 'render');
}

/** As a GitOps tool does. */
export async function applyPackage({ testbed, folder }: Pick<Stage, 'testbed' | 'folder'>): Promise<void> {
  await apply(testbed.plane, folder.objects());
}

/** As a GitOps tool prunes: what Git had, and has no more; the Process first. */
export async function prune({ testbed: { plane }, say }: Stage, gone: readonly KubeObject[]): Promise<void> {
  for (const object of [...gone].sort(({ kind }) => (kind === 'Process' ? -1 : 1))) {
    const path = await objectPath(plane, object);
    await demand(plane, 'DELETE', path);
    await until({ what: `the end of ${object.kind}`, look: () => request(plane, 'GET', path), isSo: ({ code }) => code === 404 });
    say(`${object.kind} ${object.metadata.name} is gone`);
  }
}

/** What a person on call types. */
export async function ask({ testbed, say }: Stage, ...args: string[]): Promise<void> {
  const command = [...args, '-n', namespace];
  const { code, stdout, stderr } = await run(command, { KUBECONFIG: testbed.plane.kubeconfig });
  if (code !== 0) throw new Error(`ameide-process ${command.join(' ')} ended with ${code}: ${stderr}`);
  say(`$ ameide-process ${command.join(' ')}`);
  say(stdout.trimEnd());
}

/** Waits until the workers are well again, and run another definition than this one. */
export async function untilOther({ follow }: Stage, before: RunningDefinition): Promise<RunningDefinition> {
  // What was Ready before the roll-out is no news.
  let status = await follow.until('Ready', 'True');
  while (status.definition!.checksum === before.checksum) status = await follow.until('Ready', 'True');
  return status.definition!;
}

export async function start({ client }: Stage, workflowId: string, { checksum }: Pick<RunningDefinition, 'checksum'>): Promise<Running> {
  return startProcess(client, { workflowId, taskQueue, checksum });
}

export async function finish({ say }: Stage, handle: Running, { version }: Pick<RunningDefinition, 'version'>): Promise<void> {
  for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
  const { done } = await handle.result();
  say(`workflow ${handle.workflowId} completed with version ${version}: ${done.join(' → ')}`);
}
