/** CronJobs of checks and cleanups on a real controller and a node that runs their pods: they run on schedule, as the account that is rendered for them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, valueAt } from '../../src/resource.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { until } from '../testbed/until.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace, podsOf } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('cron jobs');
/** A workflow is swept a minute after it was first reported, at least. */
const everyMinute = '* * * * *';
const schedules = {
  slaChecks: [{ name: 'slow', schedule: everyMinute, maxDuration: '5s', severity: 'critical' }],
  cleanups: [{ name: 'stale', schedule: everyMinute, olderThan: '75s', action: 'Terminate', workflowType: 'Abandoned' }],
};

test.before(async (context) => {
  context.bed = await openDrainBed();
  const { bed } = context;
  await bed.commit('orders', schedules);
  await bed.statuses.untilSays('orders', { Ready: /^True/ });
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

async function jobs({ plane }: DrainBed): Promise<KubeObject[]> {
  const { items } = (await demand(plane, 'GET', `/apis/batch/v1/namespaces/${namespace}/jobs`)) as { items: KubeObject[] };
  return items;
}

async function events({ plane }: DrainBed, reason: string): Promise<string[]> {
  const { items } = (await demand(plane, 'GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)) as { items: Resource[] };
  return items.filter((event) => event.reason === reason).map(({ note }) => String(note));
}

async function entry(bed: DrainBed): Promise<Resource | undefined> {
  const { slaChecks } = ((await bed.live('orders'))?.status ?? {}) as { slaChecks?: Resource[] };
  return slaChecks?.find(({ name }) => name === 'slow');
}

/** The first run that begins after this moment has ended. */
async function nextRun(bed: DrainBed): Promise<Resource> {
  const since = new Date().toISOString();
  const isLater = (found: Resource | undefined) => String(found?.checkedAt ?? '') > since;
  return (await until({ what: 'the next run of the check', look: () => entry(bed), isSo: isLater, limitMs: 110_000 }))!;
}

test('a check runs on schedule, and finds each breach once; a cleanup ends what is old', async ({ bed }) => {
  await bed.start('orders', ['a', 'b']);
  await bed.client.workflow.start('Abandoned', { workflowId: 'left', taskQueue: 'orders-tq', args: [] });
  await bed.client.workflow.start('Abandoned', { workflowId: 'elsewhere', taskQueue: 'elsewhere-tq', args: [] });
  const reported = () => entry(bed).then((found) => found?.reported);
  await until({ what: 'the breaches to be reported', look: reported, isSo: (number) => number === 3, limitMs: 150_000 });
  const again = await nextRun(bed);
  assert.is(again.reported, 3, 'reported once');
  assert.ok(Number(again.breaching) >= 2);
  const told = await events(bed, 'SlaBreached');
  assert.equal(told.map((note) => /^workflow "(\w+)"/.exec(note)?.[1]).sort(), ['a', 'b', 'left']);
  const outcome = async () => (await bed.outcomes(['left']))[0];
  await until({ what: 'the old one to be ended', look: outcome, isSo: (now) => now === 'TERMINATED', limitMs: 110_000 });
  assert.equal(await bed.outcomes(['a', 'b', 'elsewhere']), ['RUNNING', 'RUNNING', 'RUNNING']);
  await until({
    what: 'the metric',
    look: () => bed.sidecar.metric('process_sla_breaches_total', { check: 'slow' }),
    isSo: (value) => value === 3,
  });
  const all = await jobs(bed);
  const conditions = all.flatMap(({ status }) => ((status as { conditions?: Resource[] }).conditions ?? []).map(({ type }) => type));
  assert.ok(conditions.includes('Complete') && !conditions.includes('Failed'), JSON.stringify(conditions));
});

test('the sidecar takes the pods of Jobs for none of its workers', async ({ bed }) => {
  const process = (await bed.live('orders'))!;
  assert.is(valueAt(process, 'status', 'workers', 'summary'), '1/1');
  assert.is((await podsOf(bed, 'orders')).length, 1);
});

test('draining suspends them; a check and a cleanup that are gone take their CronJobs along', async ({ bed }) => {
  const states = async (objects: readonly KubeObject[]) =>
    objects.filter(({ kind }) => kind === 'CronJob').map(({ metadata, spec }) => `${metadata.name} ${valueAt(spec, 'suspend')}`);
  const drained = await bed.commit('orders', { ...schedules, lifecycle: 'Draining' });
  assert.equal(await states(drained), ['orders-sla-slow true', 'orders-cleanup-stale true']);
  const { items } = (await demand(bed.plane, 'GET', `/apis/batch/v1/namespaces/${namespace}/cronjobs`)) as { items: KubeObject[] };
  assert.equal((await states(items.map((one) => ({ ...one, kind: 'CronJob' })))).sort(), [
    'orders-cleanup-stale true',
    'orders-sla-slow true',
  ]);
  assert.equal(await states(await bed.commit('orders', { slaChecks: schedules.slaChecks })), ['orders-sla-slow false']);
});

test.run();
