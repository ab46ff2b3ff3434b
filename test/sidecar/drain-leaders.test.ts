/**
 * The leader goes in the middle of two drains, one that cancels and one that waits: killed when it has asked for the cancellation and not
 * heard of it, or told to stop while it asks. The next one goes on: nothing is asked twice, nothing is left out.
 */
import proto from '@temporalio/proto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace, temporalOf } from './live-bed.ts';
import { type SidecarProcess, startSidecar } from './sidecar-process.ts';

interface Context {
  bed: DrainBed;
  gateway: TemporalGateway;
  /** In the order in which they lead. */
  sidecars: SidecarProcess[];
}

const test = suite<Context>('drain leaders');
const args = ['-n', namespace, '--lease-name', 'drain-leaders'];
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/ };
const cancelled = proto.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED;

test.before(async (context) => {
  context.bed = await openDrainBed({ sidecar: async ({ kubeconfig }) => ({ kubeconfig, args }) });
  context.gateway = await startTemporalGateway(context.bed.temporal.address, { tls: false });
  context.sidecars = [context.bed.sidecar];
  await leads(context.bed.sidecar);
});
test.after(async ({ bed, gateway, sidecars }) => {
  for (const sidecar of sidecars ?? []) await sidecar.stop();
  await bed?.stop();
  await gateway?.stop();
});

async function leads(sidecar: SidecarProcess): Promise<void> {
  const look = () => sidecar.metric('process_sidecar_leader');
  await until({ what: 'it to lead', look, isSo: (leader) => leader === 1, limitMs: 30_000 });
}

async function cancelRequests({ client }: DrainBed, ids: readonly string[]): Promise<number[]> {
  const histories = await Promise.all(ids.map((id) => client.workflow.getHandle(id).fetchHistory()));
  return histories.map(({ events = [] }) => (events ?? []).filter(({ eventType }) => eventType === cancelled).length);
}

interface Ending {
  readonly signal: NodeJS.Signals;
  /** What becomes of the request in whose course the leader is signalled. */
  readonly request: 'done, and never heard of' | 'answered';
  /** Of the leader, when it has ended. */
  readonly code: number | undefined;
}

const endings: readonly Ending[] = [
  { signal: 'SIGKILL', request: 'done, and never heard of', code: undefined },
  { signal: 'SIGTERM', request: 'answered', code: 0 },
];

for (const { signal, request, code } of endings) {
  test(`${signal} of the leader, whose request is ${request}: the next one goes on with both drains`, async (context) => {
    const { bed, gateway, sidecars } = context;
    const [cancels, waits] = [`cancels-${signal}`, `waits-${signal}`].map((name) => name.toLowerCase()) as [string, string];
    const change = (name: string) => ({ temporal: temporalOf(name, { address: gateway.address }) });
    await bed.commit(cancels, { ...change(cancels), drain: { policy: 'Cancel', cancelGrace: '5s' } });
    await bed.commit(waits, change(waits));
    for (const name of [cancels, waits]) await bed.statuses.untilSays(name, isReady);
    const ids = (name: string) => [1, 2, 3].map((at) => `${name}-${at}`);
    for (const name of [cancels, waits]) await bed.start(name, ids(name));
    // Of a type that the workers do not have: nobody hears that it should cancel.
    const deaf = `${cancels}-deaf`;
    await bed.client.workflow.start('unknown', { workflowId: deaf, taskQueue: `${cancels}-tq` });
    await bed.schedule(waits, waits, { note: 'every night' });
    const before = gateway.calls().StartBatchOperation ?? 0;

    const leader = sidecars.at(-1)!;
    const next = await startSidecar({ kubeconfig: bed.plane.kubeconfig, args });
    sidecars.push(next);
    let isSignalled = false;
    const send = () => {
      if (!isSignalled) leader.signal(signal);
      isSignalled = true;
    };
    gateway.intervene((method) => {
      if (method !== 'StartBatchOperation' || isSignalled) return;
      if (request === 'answered') return void send();
      return { done: send };
    });
    await bed.deleteProcess(waits);
    await bed.statuses.untilSays(waits, { Draining: /^True WorkflowsRunning: 3 workflows still run/ });
    // Who is told to stop gives the Lease back before it ends, so that later is too late to ask.
    assert.is(await next.metric('process_sidecar_leader'), 0, 'the other one led before');
    await bed.deleteProcess(cancels);
    const ended = await leader.ended;
    assert.ok(isSignalled, 'it ended before it was signalled');
    if (code !== undefined) assert.is(ended, code);

    await leads(next);
    await bed.untilGone(cancels, 90_000);
    assert.equal(await bed.outcomes([...ids(cancels), deaf]), ['CANCELLED', 'CANCELLED', 'CANCELLED', 'TERMINATED']);
    assert.equal(await cancelRequests(bed, [...ids(cancels), deaf]), [1, 1, 1, 1]);
    assert.is(gateway.calls().StartBatchOperation! - before, 2, 'one cancellation, one termination');

    await bed.statuses.untilSays(waits, { Draining: /^True WorkflowsRunning: 3 workflows still run/ });
    assert.match(await bed.scheduleState(waits), /^paused: Paused by ameide-process, [^.]*\. Before: every night$/);
    await bed.end(ids(waits));
    await bed.untilGone(waits);
    assert.equal(await bed.outcomes(ids(waits)), ['COMPLETED', 'COMPLETED', 'COMPLETED']);
    assert.equal(await cancelRequests(bed, ids(waits)), [0, 0, 0]);
    const released = sidecars.flatMap((sidecar) => sidecar.log().filter(({ msg }) => msg === 'released'));
    const own = released.map(({ process }) => process).filter((name) => [cancels, waits].some((one) => name === `${namespace}/${one}`));
    assert.equal(
      own,
      [cancels, waits].map((name) => `${namespace}/${name}`),
    );
  });
}

test.run();
