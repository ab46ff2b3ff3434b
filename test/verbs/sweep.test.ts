/** `sweep` against a real API server and a real Temporal, as the rendered account: it ends what is too old, of this queue alone, and nothing while others may need it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparePermissions } from '../deploy/permissions.ts';
import { edit, namespace, temporalOf } from '../sidecar/live-bed.ts';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { openSchedulesBed, type SchedulesBed } from './schedules-bed.ts';

const test = suite<{ bed: SchedulesBed }>('sweep');
const cleanup = (name: string, change: object = {}) => ({
  name,
  schedule: '@yearly',
  olderThan: '2s',
  action: 'Terminate',
  image: 'sweep:1',
  ...change,
});

test.before(async (context) => {
  context.bed = await openSchedulesBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

async function sweep(bed: SchedulesBed, name: string, args: readonly string[]) {
  const { code, stdout, stderr } = await bed.run(name, ['sweep', ...args, '-o', 'json']);
  const found = JSON.parse(stdout) as {
    found: number;
    ended: number;
    askedBefore: number;
    remaining: number;
    workflows: { workflowId: string }[];
  };
  return { code, stderr, ...found, ids: (found.workflows ?? []).map(({ workflowId }) => workflowId).sort() };
}

/** A dry run finds them once they are old enough. */
async function untilOld(bed: SchedulesBed, name: string, args: readonly string[], number: number): Promise<void> {
  const look = async () => (await sweep(bed, name, [...args, '--dry-run'])).found;
  await until({ what: `${number} to be old`, look, isSo: (found) => found === number, limitMs: 60_000 });
}

test('what is too old is terminated, with our name; another queue, another type and what has not begun is not', async ({ bed }) => {
  const objects = await bed.commit('orders', {
    cleanups: [cleanup('stale', { workflowType: 'Wait' }), cleanup('old', { olderThan: '24h' })],
  });
  await bed.start('orders', ['a', 'b', 'c']);
  await bed.start('orders', ['typed'], { type: 'Other' });
  await bed.start('orders', ['later'], { delayMs: 3_600_000 });
  await bed.start('others', ['not-ours']);
  await untilOld(bed, 'orders', ['--cleanup', 'stale'], 3);
  assert.equal(await Promise.all(['a', 'b', 'c'].map(bed.outcome)), ['RUNNING', 'RUNNING', 'RUNNING'], 'a dry run ends nothing');
  const first = await sweep(bed, 'orders', ['--cleanup', 'stale', '--limit', '2', '--fail']);
  assert.equal([first.code, first.found, first.ended, first.remaining], [1, 3, 2, 1], first.stderr);
  const rest = async () => (await sweep(bed, 'orders', ['--cleanup', 'stale'])).remaining;
  await until({ what: 'the rest to be ended', look: rest, isSo: (left) => left === 0 });
  assert.equal(await Promise.all(['a', 'b', 'c', 'typed', 'later', 'not-ours'].map(bed.outcome)), [
    ...['TERMINATED', 'TERMINATED', 'TERMINATED'],
    ...['RUNNING', 'RUNNING', 'RUNNING'],
  ]);
  assert.equal((await sweep(bed, 'orders', ['--cleanup', 'old'])).found, 0);
  const { history } = await bed.client.workflowService.getWorkflowExecutionHistory({
    namespace: 'sales-process',
    execution: { workflowId: 'a' },
  });
  const reason = history?.events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason;
  assert.is(reason, 'ameide-process: cleanup "stale" of Process sales/orders: running for longer than 2s');
  const [event] = await bed.events('orders', 'Swept');
  assert.match(event ?? '', /longer than 2s: terminated \(cleanup "stale"\)/);
  const { missing, unused } = comparePermissions(
    objects.filter(({ kind }) => kind === 'Role'),
    bed.audit,
    `${namespace}/orders-schedules`,
  );
  assert.equal({ missing, unused }, { missing: [], unused: [] });
});

test('who was asked to cancel and runs on is not asked again, and holds up nobody', async ({ bed }) => {
  await bed.commit('offers', { cleanups: [cleanup('stale', { action: 'Cancel' })] });
  await bed.start('offers', ['x', 'y', 'z']);
  await untilOld(bed, 'offers', ['--cleanup', 'stale'], 3);
  const seen = new Set<string>();
  for (const asked of [0, 1, 2]) {
    const { ids, askedBefore, ended, code, stderr } = await sweep(bed, 'offers', ['--cleanup', 'stale', '--limit', '1']);
    assert.equal([code, ended], [0, 1], stderr);
    assert.ok(askedBefore <= asked);
    for (const id of ids) seen.add(id);
  }
  assert.equal([...seen].sort(), ['x', 'y', 'z']);
  const { ended, askedBefore, remaining } = await sweep(bed, 'offers', ['--cleanup', 'stale']);
  assert.equal([ended, askedBefore, remaining], [0, 3, 0]);
  const described = await bed.client.workflow.getHandle('x').describe();
  assert.is(described.raw.workflowExtendedInfo?.cancelRequested, true);
});

test('nothing is ended while another Process shares the queue, here or in another namespace, and that is said', async ({ bed }) => {
  await bed.commit('shared', { cleanups: [cleanup('stale')] });
  await bed.start('shared', ['s']);
  await untilOld(bed, 'shared', ['--cleanup', 'stale'], 1);
  await bed.commit('sharer', { temporal: temporalOf('shared') });
  const refused = await bed.run('shared', ['sweep', '--cleanup', 'stale']);
  assert.is(refused.code, 0);
  assert.match(
    refused.stderr,
    /^warning SweepRefused: Process "sales\/shared": nothing is ended: its task queue is shared with sales\/sharer\n$/,
  );
  assert.is((await bed.run('shared', ['sweep', '--cleanup', 'stale', '--fail'])).code, 1);
  assert.is((await bed.run('shared', ['sweep', '--older-than', '1s', '--action', 'Terminate', '--fail'])).code, 1);
  assert.is(await bed.outcome('s'), 'RUNNING');
  const events = await bed.events('shared', 'SweepRefused');
  assert.is(events.filter((note) => note.startsWith('cleanup "stale"')).length, 1, 'once an hour');
});

test('nor while it is drained, nor while the live spec is not what was rendered', async ({ bed }) => {
  const [process] = (await bed.commit('edited', { cleanups: [cleanup('stale')] })).filter(({ kind }) => kind === 'Process');
  await bed.start('edited', ['e']);
  await untilOld(bed, 'edited', ['--cleanup', 'stale'], 1);
  await edit(bed, process!, { spec: { cleanups: [cleanup('stale', { olderThan: '1s' })] } });
  assert.match(
    (await bed.run('edited', ['sweep', '--cleanup', 'stale'])).stderr,
    /nothing is ended: the live spec is not what was rendered/,
  );
  await bed.commit('edited', { cleanups: [cleanup('stale')], lifecycle: 'Draining' });
  assert.match((await bed.run('edited', ['sweep', '--cleanup', 'stale'])).stderr, /nothing is ended: the Process is drained/);
  assert.is(await bed.outcome('e'), 'RUNNING');
});

test('on a laptop an exported TEMPORAL_ADDRESS counts for nothing; a Job that is told another Temporal than the workers ends nothing', async ({
  bed,
}) => {
  await bed.commit('laptop', { cleanups: [cleanup('stale')] });
  await bed.start('laptop', ['l']);
  await untilOld(bed, 'laptop', ['--cleanup', 'stale'], 1);
  const { port } = new URL(`http://${bed.temporal.address}`);
  const [elsewhere, again] = ['127.0.0.1:1', `localhost:${port}`];
  const run = (variables: Readonly<Record<string, string>>, ...args: string[]) =>
    bed.run('laptop', ['sweep', '--cleanup', 'stale', ...args], variables);
  const exported = await run({ PROCESS_NAME: '', TEMPORAL_ADDRESS: elsewhere, TEMPORAL_API_KEY: 'of-elsewhere' }, '--dry-run');
  assert.is(exported.code, 0, exported.stderr);
  assert.match(exported.stdout, `Temporal ${bed.temporal.address}, namespace sales-process, task queue laptop-tq\n`);
  const stale = await run({ TEMPORAL_ADDRESS: again });
  assert.match(stale.stderr, `nothing is ended: it would ask the Temporal at ${again}, and its workers poll ${bed.temporal.address}`);
  assert.is(await bed.outcome('l'), 'RUNNING');
  const named = await run({ PROCESS_NAME: '' }, '--temporal-address', again, '-o', 'json');
  assert.equal([named.code, JSON.parse(named.stdout).temporal.address, JSON.parse(named.stdout).ended], [0, again, 1], named.stderr);
});

/** Thirty old workflows, of which the fourth call for an end does something to the gateway or to the program. */
async function stopped(bed: SchedulesBed, name: string, atTheFourth: (gateway: TemporalGateway, terminate: () => void) => void) {
  await bed.commit(name, { cleanups: [cleanup('stale')] });
  const ids = Array.from({ length: 30 }, (_, at) => `${name}-${at}`);
  await bed.start(name, ids);
  await untilOld(bed, name, ['--cleanup', 'stale'], ids.length);
  const gateway = await startTemporalGateway(bed.temporal.address, { tls: false });
  try {
    let [calls, terminate] = [0, () => {}];
    gateway.intervene((method) => {
      if (method === 'TerminateWorkflowExecution' && ++calls === 4) atTheFourth(gateway, terminate);
      return undefined;
    });
    const args = ['sweep', '--cleanup', 'stale', '--temporal-address', gateway.address, '-o', 'lines'];
    const { code, lines, stderr } = await bed.run(name, args, {}, (stop) => {
      terminate = stop;
    });
    const outcomes = await Promise.all(ids.map(bed.outcome));
    const ended = outcomes.filter((outcome) => outcome === 'TERMINATED').length;
    assert.ok(ended >= 3 && ended < ids.length, `${ended} were ended: ${stderr}`);
    assert.is(lines.filter(({ event }) => event === 'WorkflowSwept').length, ended, 'each is told');
    const sum = lines.find(({ event }) => event === 'Sweep');
    assert.equal([sum?.found, sum?.ended, sum?.remaining], [ids.length, ended, ids.length - ended]);
    const events = await bed.events(name, 'Swept');
    assert.is(events.length, 1);
    return {
      code,
      stderr,
      note: events[0]!.replace(/^\d+|\d+(?= remain)/g, (number) => (Number(number) === ended ? 'ENDED' : 'REMAINING')),
    };
  } finally {
    await gateway.stop();
  }
}

const told = 'ENDED workflows that ran longer than 2s: terminated (cleanup "stale"); REMAINING remain';

test('what was ended before Temporal failed is told, and counted', async ({ bed }) => {
  const { code, stderr, note } = await stopped(bed, 'failing', (gateway) => gateway.refuse('TerminateWorkflowExecution', 'UNAVAILABLE'));
  assert.is(code, 1);
  assert.match(stderr, /^error TemporalUnreachable: Process "sales\/failing": /);
  assert.is(note, `${told}; then it failed`);
});

test('SIGTERM: it ends no other one, tells what it ended, and exits', async ({ bed }) => {
  const { code, stderr, note } = await stopped(bed, 'interrupted', (_, terminate) => terminate());
  assert.is(code, 1);
  assert.match(stderr, /^error SweepInterrupted: Process "sales\/interrupted": .*the next run goes on\n$/);
  assert.is(note, `${told}; it was interrupted`);
});

test('wrong usage is refused', async ({ bed }) => {
  const said = async (...args: string[]) => {
    const { code, stderr } = await bed.run('orders', ['sweep', ...args]);
    return `${code} ${stderr.split('\n')[0]}`;
  };
  assert.is(await said(), '2 error: name a --cleanup, or --older-than and --action');
  assert.is(await said('--older-than', '1h'), '2 error: --older-than and --action belong together');
  assert.is(await said('--cleanup', 'stale', '--workflow-type', 'a'), '2 error: --workflow-type needs --older-than: a cleanup has its own');
  assert.match(await said('--cleanup', 'gone'), /^1 error ScheduleMissing: .*no cleanup "gone"; there is "stale", "old"$/);
});

test.run();
