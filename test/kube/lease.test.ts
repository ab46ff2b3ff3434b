import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectKube } from '../../src/kube/connect.ts';
import { campaign } from '../../src/kube/lease.ts';
import { type Resource, valueAt } from '../../src/resource.ts';
import { demand, request } from '../testbed/api.ts';
import { startApiGateway } from '../testbed/api-gateway.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { type Kept, keep } from '../testbed/keep.ts';
import { until } from '../testbed/until.ts';

const leases = suite<{ plane: ControlPlane }>('leader election');

/** A fifth of the usual times. */
const times = { durationMs: 3_000, renewWithinMs: 2_000, retryMs: 400 };
const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases/lease';
const candidates: Candidate[] = [];

leases.before(async (context) => {
  context.plane = await startControlPlane();
});
leases.after.each(async ({ plane }) => {
  for (const { kept } of candidates.splice(0)) {
    signal(kept, 'SIGCONT');
    await kept.stop();
  }
  await request(plane, 'DELETE', path);
});
leases.after(async ({ plane }) => {
  await plane?.stop();
});

interface Candidate {
  readonly name: string;
  readonly kept: Kept;
  readonly lines: string[];
  /** When it said that it leads. */
  pulses(): number[];
}

function start(kubeconfig: string, name: string): Candidate {
  const script = fileURLToPath(new URL('candidate.js', import.meta.url));
  // Through a shell that becomes it, so that its pid is known.
  const kept = keep('/bin/sh', ['-c', 'echo $$; exec "$@"', 'sh', process.execPath, script, kubeconfig, name, JSON.stringify(times)], {
    output: 'pipe',
  });
  const lines: string[] = [];
  kept.child.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)));
  kept.child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const pulses = () => lines.flatMap((line) => (line.startsWith('leads ') ? [Number(line.slice(6))] : []));
  const candidate = { name, kept, lines, pulses };
  candidates.push(candidate);
  return candidate;
}

function signal({ child }: Kept, name: NodeJS.Signals): void {
  const candidate = candidates.find(({ kept }) => kept.child === child);
  const pid = Number(candidate?.lines[0]);
  if (pid > 0 && child.exitCode === null) process.kill(pid, name);
}

const leads = (one: Candidate) => one.pulses().length > 0;
const untilLeads = (one: Candidate, limitMs = 10_000) =>
  until({ what: `${one.name} to lead`, look: () => one.lines, isSo: () => leads(one), limitMs });
const holder = async (plane: ControlPlane) => valueAt(await demand(plane, 'GET', path), 'spec', 'holderIdentity');

/** Nobody says that it leads while another does. */
function assertNeverBoth(one: Candidate, other: Candidate): void {
  const [a, b] = [one.pulses(), other.pulses()];
  assert.ok(a.length > 0 && b.length > 0);
  const [before, after] = (a[0] ?? 0) < (b[0] ?? 0) ? [a, b] : [b, a];
  const end = before.at(-1) ?? 0;
  assert.ok(end <= (after[0] ?? 0), `one led until ${end}, the other from ${after[0]}`);
}

leases('one leads; when it is told to stop, the other does at once', async ({ plane }) => {
  const one = start(plane.kubeconfig, 'one');
  await untilLeads(one);
  const other = start(plane.kubeconfig, 'other');
  await new Promise((resolve) => setTimeout(resolve, 1.5 * times.durationMs));
  assert.not(leads(other), 'the Lease is renewed');
  signal(one.kept, 'SIGTERM');
  const toldAt = Date.now();
  await untilLeads(other);
  assert.ok((other.pulses()[0] ?? 0) - toldAt < times.durationMs, 'it need not expire');
  assertNeverBoth(one, other);
  assert.is(await holder(plane), 'other');
  assert.is(valueAt(await demand(plane, 'GET', path), 'spec', 'leaseTransitions'), 1);
});

leases('one is killed: the other leads once the Lease has expired, and not before', async ({ plane }) => {
  const [one, other] = [start(plane.kubeconfig, 'one'), start(plane.kubeconfig, 'other')];
  const [leader, heir] = await until({
    what: 'a leader',
    look: () => (leads(one) ? [one, other] : [other, one]),
    isSo: ([first]) => leads(first!),
  });
  signal(leader!.kept, 'SIGKILL');
  await untilLeads(heir!);
  assertNeverBoth(leader!, heir!);
  const gap = (heir!.pulses()[0] ?? 0) - (leader!.pulses().at(-1) ?? 0);
  assert.ok(gap > times.durationMs - 2 * times.retryMs && gap < times.durationMs + 4 * times.retryMs, `after ${gap} ms`);
});

leases('one is frozen and wakes when another leads: it knows at once that it does not', async ({ plane }) => {
  const one = start(plane.kubeconfig, 'one');
  await untilLeads(one);
  const other = start(plane.kubeconfig, 'other');
  await until({ what: 'the other to run', look: () => other.lines.length, isSo: (count) => count > 0 });
  signal(one.kept, 'SIGSTOP');
  await untilLeads(other);
  signal(one.kept, 'SIGCONT');
  await until({ what: 'it to know', look: () => one.lines.at(-1), isSo: (line) => line?.startsWith('lost: ') === true });
  assertNeverBoth(one, other);
});

leases('a leader that reaches the API server no more stops before its Lease expires', async ({ plane }) => {
  const gateway = await startApiGateway(plane);
  const one = start(gateway.kubeconfig, 'one');
  try {
    await untilLeads(one);
    const heir = start(plane.kubeconfig, 'heir');
    await until({ what: 'the heir to run', look: () => heir.lines.length, isSo: (count) => count > 0 });
    gateway.intervene(() => ({ code: 500, body: { message: 'etcd has no leader' } }));
    await until({ what: 'it to know', look: () => one.lines.at(-1), isSo: (line) => line?.startsWith('lost: ') === true });
    assert.is(one.lines.at(-1), 'lost: the Lease could not be renewed: etcd has no leader');
    await untilLeads(heir);
    assertNeverBoth(one, heir);
  } finally {
    await gateway.stop();
  }
});

leases('a steady leader asks the API server for nothing but its renewals', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  const leadership = campaign({ kube, namespace: 'default', name: 'lease', identity: 'steady', times });
  await leadership.acquired;
  await new Promise((resolve) => setTimeout(resolve, 5 * times.retryMs));
  await leadership.stop();
  assert.is(kube.counts.get('GET leases 404'), 1);
  assert.not(kube.counts.has('GET leases 200'), JSON.stringify([...kube.counts]));
  const renewals = kube.counts.get('PUT leases 200') ?? 0;
  assert.ok(renewals >= 4 && renewals <= 8, `${renewals} writes`);
  assert.is(await holder(plane), '');
  kube.close();
});

leases('the clocks of others, and what people do to the Lease, are no matter', async ({ plane }) => {
  const kube = await connectKube({ kubeconfig: plane.kubeconfig });
  const years = (year: number) => ({ acquireTime: `${year}-01-01T00:00:00.000000Z`, renewTime: `${year}-01-01T00:00:00.000000Z` });
  const collection = path.replace(/\/lease$/, '');
  const spec = { holderIdentity: 'stranger', leaseDurationSeconds: 2, leaseTransitions: 1, ...years(2000) };
  await demand(plane, 'POST', collection, { metadata: { name: 'lease' }, spec });
  const startedAt = performance.now();
  const leadership = campaign({ kube, namespace: 'default', name: 'lease', identity: 'ours', times });
  await leadership.acquired;
  assert.ok(performance.now() - startedAt > 2_000, 'a Lease that was renewed long ago by its clock may have been renewed a moment ago');
  const live = (await demand(plane, 'GET', path)) as Resource;
  await demand(plane, 'PUT', path, { ...live, spec: { ...(live.spec as object), ...years(2100) } });
  await demand(plane, 'DELETE', path);
  await until({ what: 'the Lease', look: () => holder(plane), isSo: (name) => name === 'ours' });
  assert.ok(leadership.isLeader());
  await demand(plane, 'PUT', path, {
    ...((await demand(plane, 'GET', path)) as Resource),
    spec: { ...spec, holderIdentity: 'usurper' },
  });
  assert.is(await leadership.lost, 'another replica has the Lease: usurper');
  assert.not(leadership.isLeader());
  await leadership.stop();
  assert.is(await holder(plane), 'usurper');
  kube.close();
});

leases('a candidate that may not use Leases says so, once', async ({ plane }) => {
  const gateway = await startApiGateway(plane);
  gateway.intervene(() => ({ code: 403, body: { message: 'leases is forbidden' } }));
  const kube = await connectKube({ kubeconfig: gateway.kubeconfig });
  const told: string[] = [];
  const onTrouble = (message: string) => told.push(message);
  const leadership = campaign({ kube, namespace: 'default', name: 'lease', identity: 'ours', times, onTrouble });
  await new Promise((resolve) => setTimeout(resolve, 3 * times.retryMs));
  const startedAt = performance.now();
  await leadership.stop();
  assert.ok(performance.now() - startedAt < 1_000);
  assert.equal(told, ['leases is forbidden']);
  assert.is(await leadership.acquired.catch((error: Error) => error.message), 'stopped');
  kube.close();
  await gateway.stop();
});

leases.run();
