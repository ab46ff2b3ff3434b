/**
 * An activity that was handed out and that nobody does: here somebody polls the queue and keeps what he gets, as a worker does that is killed,
 * or a server that is too slow to hand over what it noted as started. The step is done by the worker after its heartbeat, not after its timeout.
 * And one that somebody does for longer than its heartbeat: it is not taken from him.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { freePorts } from '../testbed/free-ports.ts';
import { type Kept, keep } from '../testbed/keep.ts';
import { exampleWorker, faultyWorker, type Image } from '../testbed/node/images.ts';
import { scratchFolder } from '../testbed/server-process.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';

const test = suite<{ temporal: TemporalServer; connection: Connection; worker?: Kept; scratch: string }>('a lost task');
const [namespace, name] = ['sales-process', 'lost-tq'];

test.before(async (context) => {
  context.scratch = scratchFolder('worker');
  context.temporal = await startTemporal({ namespaces: [namespace] });
  context.connection = await Connection.connect({ address: context.temporal.address });
});
test.after(async ({ temporal, connection, worker, scratch }) => {
  await worker?.stop();
  await connection?.close();
  await temporal?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

interface Mounted {
  readonly address: string;
  readonly folder: string;
  readonly checksum: string;
}

function mount(folder: string, definition: object): string {
  const bytes = JSON.stringify(definition);
  const sum = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(folder, sum));
  for (const file of ['definition.json', `${sum}/definition.json`]) writeFileSync(join(folder, file), bytes);
  return `sha256:${sum}`;
}

async function startWorker(
  { entrypoint }: Image,
  { address, folder, checksum }: Mounted,
  more: Record<string, string> = {},
): Promise<Kept> {
  const [port = 0] = await freePorts(1);
  const [command = '', ...args] = entrypoint;
  const env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TASK_QUEUE: name,
    PROCESS_DEFINITION_PATH: join(folder, 'definition.json'),
    PROCESS_DEFINITION_CHECKSUM: checksum,
    PORT_HTTP: String(port),
    ...more,
  };
  return keep(command, args, { env, pidFile: join(folder, 'pid') });
}

test('a step without retries, whose task somebody takes and keeps: it is done all the same, and long before its timeout', async (context) => {
  const client = new Client({ connection: context.connection, namespace });
  const steps = [{ name: 'pay', kind: 'activity', timeout: '1h', heartbeat: '2s' }];
  const mounted = { address: context.temporal.address, folder: context.scratch, checksum: mount(context.scratch, { steps }) };
  context.worker = await startWorker(faultyWorker, mounted, { FAULT: 'no-activities' });
  const handle = await startProcess(client, { workflowId: 'lost', taskQueue: name });
  const asked = { namespace, taskQueue: { name }, identity: 'the thief' };
  const poll = () => client.workflowService.pollActivityTaskQueue(asked);
  const { activityType, attempt } = await context.connection.withDeadline(Date.now() + 70_000, poll);
  assert.equal([activityType?.name, attempt], ['perform', 1]);
  await context.worker.stop();
  context.worker = await startWorker(exampleWorker, mounted);
  const look = async () => (await handle.describe()).status.name;
  await until({ what: 'the process to end', look, isSo: (status) => status !== 'RUNNING', limitMs: 60_000 });
  assert.equal((await handle.result()).done, ['pay']);
  const { events = [] } = await handle.fetchHistory();
  const started = events!.flatMap(({ activityTaskStartedEventAttributes: one }) => (one ? [one] : []));
  assert.equal(
    started.map((one) => [one.attempt, one.lastFailure?.timeoutFailureInfo?.timeoutType]),
    [[2, 4]],
  );
});

test('a step that takes longer than its heartbeat is done once: its worker tells that it lives', async (context) => {
  await context.worker?.stop();
  const steps = [{ name: 'count', kind: 'activity', timeout: '1h', heartbeat: '10s', retries: 0 }];
  const mounted = { address: context.temporal.address, folder: context.scratch, checksum: mount(context.scratch, { steps }) };
  context.worker = await startWorker(faultyWorker, mounted, { FAULT: 'slow-steps' });
  const handle = await startProcess(new Client({ connection: context.connection, namespace }), { workflowId: 'slow', taskQueue: name });
  assert.equal((await handle.result()).done, ['count']);
});

test.run();
