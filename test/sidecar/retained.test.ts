/** Workflows that outlive two changes of their definition and a crash of the worker; and which definition can be dropped, when. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { type LiveBed, openLiveBed, temporalNamespace } from './live-bed.ts';
import {
  atStep,
  crashWorker,
  deploy,
  live,
  name,
  release,
  replacePod,
  signal,
  step,
  taskQueue,
  untilRetained,
  writeProcess,
} from './retained-bed.ts';

interface Context {
  bed: LiveBed;
  connection: Connection;
  client: Client;
}

const test = suite<Context>('retained definitions');

test.before(async (context) => {
  context.bed = await openLiveBed();
  context.connection = await Connection.connect({ address: context.bed.temporal.address });
  context.client = new Client({ connection: context.connection, namespace: temporalNamespace });
});
test.after(async ({ bed, connection }) => {
  await connection?.close();
  await bed?.stop();
});

const definition = (version: string) => ({ steps: [step(`${version}-begin`), signal('middle'), step(`${version}-middle`), signal('end')] });
const stepsOf = (version: string) => [`${version}-begin`, 'middle', `${version}-middle`, 'end'];

async function finish(handle: WorkflowHandle<typeof runProcess>, version: string): Promise<void> {
  for (const one of ['middle', 'end']) await handle.signal(one);
  assert.equal((await handle.result()).done, stepsOf(version));
}

test('each workflow ends with the definition it began with, and the status says which nobody needs any more', async (context) => {
  const { bed, client } = context;
  writeProcess(bed);
  const first = (await release(bed, 1, definition('v1'))).spec.definitionRef.pin;
  assert.is((await live(bed)).status?.retained, undefined);
  const one = await startProcess(client, { workflowId: 'began-with-1', taskQueue });
  await atStep(one, 'middle');

  const second = (await release(bed, 2, definition('v2'))).spec.definitionRef.pin;
  const two = await startProcess(client, { workflowId: 'began-with-2', taskQueue, checksum: second.checksum });
  await atStep(two, 'middle');
  await untilRetained(bed, '1: No 1');
  // Who goes on replays on the definition of the beginning.
  await crashWorker(bed);
  await one.signal('middle');
  await atStep(one, 'end');

  await release(bed, 3, definition('v3'));
  await untilRetained(bed, '1: No 1', '2: No 1');
  // Somebody starts late, with what was current long ago; a Schedule does so each night.
  const late = await startProcess(client, { workflowId: 'late', taskQueue, checksum: first.checksum });
  await client.schedule.create({
    scheduleId: 'nightly',
    spec: { calendars: [{ hour: 3 }] },
    action: { type: 'startWorkflow', workflowType: 'runProcess', taskQueue, args: [{ checksum: second.checksum }] },
  });
  await one.signal('end');
  assert.equal((await one.result()).done, stepsOf('v1'));
  await finish(two, 'v2');
  await atStep(late, 'middle');
  await replacePod(bed);
  const seen = await untilRetained(bed, '1: No 1', '2: No 0');
  assert.match(seen.status!.retained!.find(({ version }) => version === 2)!.message, 'Schedule "nightly" starts workflows with it');

  await finish(late, 'v1');
  const young = await startProcess(client, { workflowId: 'began-with-3', taskQueue });
  await atStep(young, 'middle');
  await replacePod(bed);
  const free = await untilRetained(bed, '1: Yes 0', '2: No 0');
  const command = `\`ameide-process pin DIR ${name} --drop 1\` and commit`;
  assert.is(free.status!.retained!.find(({ version }) => version === 1)!.message, `nobody needs it: run ${command}`);
  assert.match(
    free.status!.conditions.find(({ type }) => type === 'DefinitionResolved')!.message,
    `; nobody needs version 1 any more: run ${command}`,
  );

  await client.schedule.getHandle('nightly').delete();
  await deploy(bed, name, '--drop', '1');
  await untilRetained(bed, '2: Yes 0');
  await deploy(bed, name, '--drop', '2');
  await untilRetained(bed);
  await finish(young, 'v3');
});

test.run();
