/** What is not one workflow: runs that continue as new and child workflows keep the definition of the beginning, and are counted by it. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { type LiveBed, openLiveBed, temporalNamespace } from './live-bed.ts';
import { atStep, crashWorker, release, replacePod, signal, step, taskQueue, untilRetained, writeProcess } from './retained-bed.ts';

interface Context {
  bed: LiveBed;
  connection: Connection;
  client: Client;
}

const test = suite<Context>('retained definitions of several runs');

/** So short a history already makes the worker continue as new: after each step. */
const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': 5 };

test.before(async (context) => {
  context.bed = await openLiveBed({ temporal: { namespaces: [temporalNamespace], dynamicConfig } });
  context.connection = await Connection.connect({ address: context.bed.temporal.address });
  context.client = new Client({ connection: context.connection, namespace: temporalNamespace });
});
test.after(async ({ bed, connection }) => {
  await connection?.close();
  await bed?.stop();
});

/** A part that is a workflow of its own, and steps on both sides of it. */
const definition = (version: string) => ({
  steps: [
    step(`${version}-begin`),
    signal('middle'),
    step(`${version}-middle`),
    { name: 'aside', kind: 'part', begin: `${version}-part` },
    { ...step(`${version}-end`), next: 'end' },
    step(`${version}-part`),
    signal('leave'),
    step(`${version}-leave`),
  ],
});
const wholeOf = (version: string) => [`${version}-begin`, 'middle', `${version}-middle`, 'aside', `${version}-end`];
const partOf = (version: string) => [`${version}-part`, 'leave', `${version}-leave`];

type Handle = WorkflowHandle<typeof runProcess>;

test('runs that continue as new and children keep their definition through two changes of it and a crash', async ({ bed, client }) => {
  writeProcess(bed);
  const first = (await release(bed, 1, definition('v1'))).spec.definitionRef.pin;
  const named = await startProcess(client, { workflowId: 'named', taskQueue, checksum: first.checksum });
  const unnamed = await startProcess(client, { workflowId: 'unnamed', taskQueue });
  for (const one of [named, unnamed]) await atStep(one, 'middle');
  await release(bed, 2, definition('v2'));
  await untilRetained(bed, '1: No 2');

  await named.signal('middle');
  const part: Handle = client.workflow.getHandle('named-aside');
  await atStep(part, 'leave');
  await crashWorker(bed);
  await release(bed, 3, definition('v3'));
  // The one that waits in the middle, the one with a part, and the part.
  await untilRetained(bed, '1: No 3', '2: Yes 0');

  const youngest = await startProcess(client, { workflowId: 'youngest', taskQueue });
  for (const one of [unnamed, youngest]) {
    await one.signal('middle');
    await atStep(client.workflow.getHandle(`${one.workflowId}-aside`), 'leave');
  }
  for (const { workflowId } of [named, unnamed, youngest]) await client.workflow.getHandle(`${workflowId}-aside`).signal('leave');
  for (const [one, version] of [
    [named, 'v1'],
    [unnamed, 'v1'],
    [youngest, 'v3'],
  ] as const) {
    await endsAs(one, wholeOf(version));
    await endsAs(client.workflow.getHandle(`${one.workflowId}-aside`), partOf(version));
  }
  await replacePod(bed);
  await untilRetained(bed, '1: Yes 0', '2: Yes 0');

  async function endsAs(handle: Handle, done: readonly string[]): Promise<void> {
    assert.equal((await handle.result()).done, done, handle.workflowId);
    // One for each step, or nearly: it was no single run that did all of it.
    const runs: string[] = [];
    for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = '${handle.workflowId}'` }))
      runs.push(`${status.name} ${runId}`);
    assert.ok(runs.filter((run) => run.startsWith('CONTINUED_AS_NEW')).length >= 2, `${handle.workflowId}: ${runs.join(', ')}`);
  }
});

test.run();
