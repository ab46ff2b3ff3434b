/**
 * Work that has no end and is never one run for long: a workflow that continues as new again and again, a chain in which each workflow starts
 * the next one and ends, and a child that outlives its parent. Between two runs Temporal may count none for a moment: a drain that waits never
 * takes that for the end, however often it looks, and never takes a later run for a late starter.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Commands, command, type Task, withWorker } from '../temporal/draining.ts';
import { apply } from '../testbed/apply.ts';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { processOf, render, temporalNamespace, temporalOf, workerProbes } from './live-bed.ts';

interface Context {
  bed: DrainBed;
  gateway: TemporalGateway;
}

const test = suite<Context>('drain loops');
const kinds = ['loop', 'chain', 'parent'] as const;
type Kind = (typeof kinds)[number];
const drained = kinds.map((kind) => `${kind}-drained`);
const deleted = kinds.map((kind) => `${kind}-deleted`);
const names = [...drained, ...deleted];
const kindOf = (name: string) => name.split('-')[0] as Kind;
/** How long a run takes, in milliseconds. */
const pace = { loop: 300, chain: 700 } as const;
/** A look asks twice while something runs: for all, and for late starters. */
const looksOfAll = 25 * 2 * names.length;

test.before(async (context) => {
  context.bed = await openDrainBed();
  context.gateway = await startTemporalGateway(context.bed.temporal.address, { tls: false });
  const { bed } = context;
  await become(context, {});
  for (const name of names) await bed.statuses.untilSays(name, { Guarded: /^True GuardInPlace/ });
});
test.after(async ({ bed, gateway }) => {
  await bed?.stop();
  await gateway?.stop();
});

/** Their workers are the test's own. Late starters are terminated, so that one who is taken for one shows. */
async function become({ bed, gateway }: Context, change: object): Promise<void> {
  const spec = { worker: { ...workerProbes, replicas: 0 }, drain: { onNewStart: 'Terminate' }, ...change };
  const temporal = (name: string) => temporalOf(name, { address: gateway.address });
  const objects = render(
    bed,
    names.map((name) => processOf(name, { temporal: temporal(name), ...spec })),
  );
  const isChanged = (name: string) => !('lifecycle' in change) || drained.includes(name);
  for (const name of names.filter(isChanged)) await apply(bed.plane, objects.get(name)!);
}

/** The work of the test's own workers. */
interface Work {
  isOver: boolean;
  /** How many runs of loops and chains were worked on, by Process. */
  readonly runs: Map<string, number>;
}

const queueOf = (name: string) => `${name}-tq`;
const complete: Commands = [{ commandType: command.complete, completeWorkflowExecutionCommandAttributes: {} }];
const events = ({ history }: Task) => history?.events ?? [];
const isTold = (task: Task) => events(task).some((event) => event.workflowExecutionSignaledEventAttributes);
const hasChild = (task: Task) => events(task).some((event) => event.childWorkflowExecutionStartedEventAttributes);

/** What a worker of the Process answers. As every SDK has it, who has a child ends only when that was started. */
async function decide(task: Task, name: string, { isOver, runs }: Work): Promise<Commands> {
  const type = task.workflowType?.name ?? '';
  if (type === 'child') return isTold(task) ? complete : [];
  if (hasChild(task)) return complete;
  if (type === 'parent') return isTold(task) ? [startChild(name, 'child', `${name}-child`)] : [];
  runs.set(name, (runs.get(name) ?? 0) + 1);
  await delay(pace[type as keyof typeof pace]);
  if (isOver) return complete;
  return type === 'loop' ? [continueAsNew(name)] : [startChild(name, 'chain', randomUUID())];
}

function continueAsNew(name: string): Commands[number] {
  const attributes = { workflowType: { name: 'loop' }, taskQueue: { name: queueOf(name) } };
  return { commandType: command.continueAsNew, continueAsNewWorkflowExecutionCommandAttributes: attributes };
}

const abandon = 2;

function startChild(name: string, type: string, workflowId: string): Commands[number] {
  const attributes = {
    namespace: temporalNamespace,
    workflowId,
    workflowType: { name: type },
    taskQueue: { name: queueOf(name) },
    parentClosePolicy: abandon,
  };
  return { commandType: command.startChild, startChildWorkflowExecutionCommandAttributes: attributes };
}

/** A worker for each Process, while the work goes on. */
function withWorkers(address: string, ours: Work, work: () => Promise<void>): Promise<void> {
  const within = (inner: () => Promise<void>, name: string) => () =>
    withWorker(address, queueOf(name), { namespace: temporalNamespace, decide: (task) => decide(task, name, ours), work: inner });
  return names.reduce(within, work)();
}

const timesSaid = (bed: DrainBed, name: string, type: string, words: RegExp) =>
  bed.statuses.of(name).filter(({ conditions }) => words.test(conditions[type] ?? '')).length;

test('while it goes on none is Drained, released, or has what runs terminated; when it has ended all of them are', async (context) => {
  const { bed, gateway } = context;
  const ours = { isOver: false, runs: new Map<string, number>() };
  const signal = (id: string) => bed.client.workflow.getHandle(id).signal('go');
  await withWorkers(bed.temporal.address, ours, async () => {
    for (const name of names) {
      await bed.client.workflow.start(kindOf(name), { workflowId: name, taskQueue: queueOf(name), args: [] });
    }
    await become(context, { lifecycle: 'Draining' });
    for (const name of deleted) await bed.deleteProcess(name);
    for (const name of names) await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning/ });
    const parents = names.filter((name) => kindOf(name) === 'parent');
    const children = parents.map((name) => `${name}-child`);
    for (const name of parents) await signal(name);
    for (const name of parents) await bed.client.workflow.getHandle(name).result();

    const counts = () => gateway.calls().CountWorkflowExecutions!;
    const before = counts();
    ours.runs.clear();
    await until({ what: 'many looks', look: counts, isSo: (count) => count >= before + looksOfAll, limitMs: 150_000 });
    const told = names.map((name) => ({
      name,
      runs: ours.runs.get(name) ?? 0,
      zeros: timesSaid(bed, name, 'Draining', /ConfirmingEmpty/),
    }));
    console.log(told.map(({ name, runs, zeros }) => `${name}: ${runs} runs, ${zeros} times none was found`).join('\n'));
    for (const { name, runs } of told) {
      assert.is(timesSaid(bed, name, 'Drained', /^True/), 0, `${name} was Drained`);
      assert.is(timesSaid(bed, name, 'Draining', /started since/), 0, `${name} has late starters`);
      assert.ok(await bed.live(name), `${name} is gone`);
      assert.ok(kindOf(name) === 'parent' || runs >= 10, `${name}: only ${runs} runs`);
    }
    assert.equal(await bed.outcomes(children), ['RUNNING', 'RUNNING']);
    assert.is(gateway.calls().TerminateWorkflowExecution ?? 0, 0);

    ours.isOver = true;
    for (const id of children) await signal(id);
    for (const name of drained) await bed.statuses.untilSays(name, { Drained: /^True NoWorkflows/, Draining: null });
    for (const name of deleted) await bed.untilGone(name);
    assert.equal(await bed.outcomes(children), ['COMPLETED', 'COMPLETED']);
    assert.is(gateway.calls().TerminateWorkflowExecution ?? 0, 0);
  });
});

test.run();
