/** Workflows that outlive two changes of their definition and a crash of the worker; and which definition can be dropped, when. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { byProcess, type LiveBed, namespace, openLiveBed, podsOf, processOf, temporalNamespace, theOne, workerProbes } from './live-bed.ts';

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

const name = 'orders';
const taskQueue = `${name}-tq`;
const step = (called: string) => ({ name: called, kind: 'activity', activity: `test.${called}` });
const signal = (called: string) => ({ name: called, kind: 'signal' });
const definition = (version: string) => ({ steps: [step(`${version}-begin`), signal('middle'), step(`${version}-middle`), signal('end')] });
const stepsOf = (version: string) => [`${version}-begin`, 'middle', `${version}-middle`, 'end'];

interface Retained {
  readonly version: number;
  readonly checksum: string;
  readonly droppable: string;
  readonly message: string;
  readonly running?: number;
}

interface Live extends KubeObject {
  readonly spec: { readonly definitionRef: { readonly pin: { readonly version: number; readonly checksum: string } } };
  readonly status?: { readonly retained?: readonly Retained[]; readonly conditions: readonly { type: string; message: string }[] };
}

async function live({ plane }: LiveBed): Promise<Live> {
  return (await demand(plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`)) as Live;
}

/** `2: No 1`, newest first. */
const brief = ({ status }: Live) =>
  (status?.retained ?? []).map(({ version, droppable, running }) => `${version}: ${droppable} ${running ?? '-'}`);

async function untilRetained(bed: LiveBed, ...expected: readonly string[]): Promise<Live> {
  let seen: Live | undefined;
  const look = async () => {
    seen = await live(bed);
    return { brief: brief(seen), messages: seen.status?.retained?.map(({ message }) => message) };
  };
  const isSo = (found: { brief: readonly string[] }) => [...found.brief].sort().join() === [...expected].sort().join();
  await until({ what: `status.retained to be ${expected.join(', ') || 'absent'}`, look, isSo, limitMs: 90_000 });
  return seen!;
}

async function release(bed: LiveBed, version: number): Promise<Live> {
  bed.team.write(`definitions/t123/${name}/${version}.json`, definition(`v${version}`));
  return deploy(bed);
}

async function deploy(bed: LiveBed, ...pinArgs: readonly string[]): Promise<Live> {
  bed.team.run('pin', ...pinArgs);
  bed.team.run('render');
  const objects = byProcess(bed.team).get(name)!;
  await apply(bed.plane, objects);
  const { version } = (theOne(objects, 'Process') as Live).spec.definitionRef.pin;
  const mounted = new RegExp(`^True AsRendered: version ${version} `);
  await bed.statuses.untilSays(name, { Ready: /^True/, Reconciling: null, DefinitionResolved: mounted });
  return live(bed);
}

/** After that it is asked anew who needs what, rather than minutes later. */
async function replacePod(bed: LiveBed): Promise<void> {
  const [pod] = await podsOf(bed, name);
  await demand(bed.plane, 'DELETE', `/api/v1/namespaces/${namespace}/pods/${pod!.name}`);
  const look = () => podsOf(bed, name);
  await until({ what: 'another pod', look, isSo: ([one]) => one?.isReady === true && one.name !== pod!.name, limitMs: 60_000 });
}

async function atStep(handle: WorkflowHandle<typeof runProcess>, wanted: string): Promise<void> {
  const look = () => handle.query<{ step?: string }>('progress');
  await until({ what: `${handle.workflowId} at ${wanted}`, look, isSo: ({ step: at }) => at === wanted, limitMs: 60_000 });
}

async function finish(handle: WorkflowHandle<typeof runProcess>, version: string): Promise<void> {
  for (const one of ['middle', 'end']) await handle.signal(one);
  assert.equal((await handle.result()).done, stepsOf(version));
}

test('each workflow ends with the definition it began with, and the status says which nobody needs any more', async (context) => {
  const { bed, client } = context;
  const definitionRef = { id: name, tenantId: 't123' };
  bed.team.write(`processes/${name}.yaml`, processOf(name, { definitionRef, worker: workerProbes }));
  const first = (await release(bed, 1)).spec.definitionRef.pin;
  assert.is((await live(bed)).status?.retained, undefined);
  const one = await startProcess(client, { workflowId: 'began-with-1', taskQueue });
  await atStep(one, 'middle');

  const second = (await release(bed, 2)).spec.definitionRef.pin;
  const two = await startProcess(client, { workflowId: 'began-with-2', taskQueue, checksum: second.checksum });
  await atStep(two, 'middle');
  await untilRetained(bed, '1: No 1');
  // The worker crashes: who goes on replays on the definition of the beginning.
  await bed.node.signal((await podsOf(bed, name))[0]!, 'SIGKILL');
  await until({
    what: 'the worker again',
    look: () => podsOf(bed, name),
    isSo: ([pod]) => pod!.restarts === 1 && pod!.isReady,
    limitMs: 60_000,
  });
  await one.signal('middle');
  await atStep(one, 'end');

  await release(bed, 3);
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
