/** `check-sla` against a real API server and a real Temporal, as the rendered account: each breach is reported once, whatever happens in between. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, valueAt } from '../../src/resource.ts';
import { managerOf } from '../../src/sla/status.ts';
import { comparePermissions } from '../deploy/permissions.ts';
import { namespace, temporalNamespace } from '../sidecar/live-bed.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { certificates, startTemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { openSchedulesBed, type SchedulesBed } from './schedules-bed.ts';

const test = suite<{ bed: SchedulesBed }>('check-sla');
const image = 'check:1';
const check = (name: string, change: object = {}) => ({ name, schedule: '@yearly', maxDuration: '1s', image, ...change });

test.before(async (context) => {
  context.bed = await openSchedulesBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

/** Runs it until it reports so many: a workflow breaches a second after it began, and ten seconds later that is judged. */
async function untilReported(bed: SchedulesBed, name: string, args: readonly string[], number: number): Promise<Resource[]> {
  const reported: Resource[] = [];
  const look = async () => {
    const { code, lines, stderr } = await bed.run(name, ['check-sla', ...args, '-o', 'lines']);
    assert.is(code, 0, stderr);
    reported.push(...lines.filter(({ event }) => event === 'SlaBreachEvent'));
    return reported;
  };
  await until({ what: `${number} breaches`, look, isSo: ({ length }) => length >= number, limitMs: 60_000 });
  return reported;
}

const idsOf = (lines: readonly Resource[]) => lines.map(({ workflow_id: id }) => String(id)).sort();
const entries = ({ status }: KubeObject) => (status as { slaChecks?: Resource[] } | undefined)?.slaChecks ?? [];
const entryOf = (process: KubeObject, name: string) => entries(process).find((one) => one.name === name);

test('breaches are found once over several runs, in the shape of the platform, as Events and in the status; what is healthy is not', async ({
  bed,
}) => {
  const objects = await bed.commit('orders', {
    slaChecks: [check('slow', { severity: 'critical' }), check('never', { maxDuration: '1h' }), check('typed', { workflowType: 'Other' })],
  });
  await bed.start('orders', ['a', 'b']);
  await bed.start('orders', ['later'], { delayMs: 3_600_000 });
  await bed.start('elsewhere', ['not-ours']);
  const lines = await untilReported(bed, 'orders', [], 2);
  assert.equal(idsOf(lines), ['a', 'b']);
  for (const again of [1, 2]) {
    const { code, lines: more, stderr } = await bed.run('orders', ['check-sla', '-o', 'lines']);
    assert.is(code, 0, stderr);
    const of = (name: string) => more.find((line) => line.event === 'SlaCheck' && line.check === name);
    assert.equal(
      more.filter(({ event }) => event === 'SlaBreachEvent'),
      [],
      `run ${again}`,
    );
    assert.equal([of('slow')!.breaching, of('slow')!.reported], [2, 0]);
    assert.equal([of('never')!.breaching, of('typed')!.breaching], [0, 0]);
  }
  const {
    breach_detected_at: at,
    actual_minutes: minutes,
    run_id: run,
    started_at: started,
    breach_id: id,
    ...rest
  } = lines.find((one) => one.workflow_id === 'a')!;
  assert.equal(rest, {
    event: 'SlaBreachEvent',
    breach_type: 'workflow_duration',
    threshold_minutes: 0.02,
    owner_group_id: null,
    severity: 'critical',
    resolved_at: null,
    check: 'slow',
    process: 'orders',
    namespace,
    tenant_id: 't123',
    temporal_namespace: temporalNamespace,
    task_queue: 'orders-tq',
    workflow_id: 'a',
    workflow_type: 'Wait',
  });
  assert.is(id, `slow/1s/${run}`);
  assert.ok(Number(minutes) > 0 && Date.parse(String(started)) < Date.parse(String(at)));
  const events = await bed.events('orders', 'SlaBreached');
  assert.is(events.length, 2, events.join('\n'));
  assert.ok(
    events.every((note) => /^workflow "[ab]" \(Wait\) runs for \d+s, longer than 1s \(check "slow", critical\)$/.test(note)),
    events.join('\n'),
  );
  const process = await bed.live('orders');
  const { checkedAt, checkedThrough, ...slow } = entryOf(process, 'slow')!;
  assert.equal(slow, { name: 'slow', severity: 'critical', maxDuration: '1s', breaching: 2, reported: 2 });
  assert.ok(Date.parse(String(checkedThrough)) < Date.parse(String(checkedAt)));
  assert.is(entryOf(process, 'typed')!.workflowType, 'Other');
  const { missing, unused } = comparePermissions(
    objects.filter(({ kind }) => kind === 'Role'),
    bed.audit,
    `${namespace}/orders-schedules`,
  );
  assert.equal({ missing, unused }, { missing: [], unused: [] });
});

test('the sidecar leaves the entries alone, and tells them as metrics', async ({ bed }) => {
  const look = () => bed.sidecar.metric('process_sla_breaching_workflows', { check: 'slow', severity: 'critical' });
  await until({ what: 'the metric', look, isSo: (value) => value === 2 });
  assert.is(await bed.sidecar.metric('process_sla_breaches_total', { check: 'slow', severity: 'critical' }), 2);
  assert.is(await bed.sidecar.metric('process_sla_breaching_workflows', { check: 'never' }), 0);
});

test('a run that crashed after it had told, and before it remembered, leads to one Event all the same', async ({ bed }) => {
  const path = `/apis/ameide.io/v1/namespaces/${namespace}/processes/orders/status?fieldManager=${managerOf('slow')}&force=true`;
  const forgotten = { ...entryOf(await bed.live('orders'), 'slow'), reported: 0, checkedThrough: '2020-01-01T00:00:00Z' };
  const object = { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'orders' }, status: { slaChecks: [forgotten] } };
  await demand(bed.plane, 'PATCH', path, object);
  const { code, lines, stderr } = await bed.run('orders', ['check-sla', '--check', 'slow', '-o', 'lines']);
  assert.is(code, 0, stderr);
  assert.equal(idsOf(lines.filter(({ event }) => event === 'SlaBreachEvent')), ['a', 'b']);
  assert.is((await bed.events('orders', 'SlaBreached')).length, 2);
  assert.is(entryOf(await bed.live('orders'), 'slow')!.reported, 2);
});

test('of many new ones some are named, and all are counted', async ({ bed }) => {
  await bed.commit('many', { slaChecks: [check('slow')] });
  const ids = Array.from({ length: 14 }, (_, at) => `many-${at}`);
  await bed.start('many', ids);
  const look = async () => {
    const { stdout } = await bed.run('many', ['check-sla', '--max-duration', '1s', '-o', 'json']);
    return JSON.parse(stdout).checks[0].breaching as number;
  };
  await until({ what: 'all to be too old', look, isSo: (found) => found === 14, limitMs: 60_000 });
  assert.equal(await bed.events('many', 'SlaBreached'), [], 'a question tells nothing');
  const { code, lines, stderr } = await bed.run('many', ['check-sla', '--limit', '3', '-o', 'lines', '--fail']);
  assert.is(code, 1, stderr);
  assert.is(lines.filter(({ event }) => event === 'SlaBreachEvent').length, 3);
  const summary = lines.find(({ event }) => event === 'SlaCheck')!;
  assert.equal([summary.breaching, summary.reported, summary.not_named], [14, 14, 11]);
  const events = await bed.events('many', 'SlaBreached');
  assert.is(events.length, 4, events.join('\n'));
  assert.ok(
    events.some((note) => note.startsWith('11 more workflows run longer than 1s')),
    events.join('\n'),
  );
  assert.is(entryOf(await bed.live('many'), 'slow')!.reported, 14);
  const table = await bed.run('many', ['check-sla']);
  assert.is(table.code, 0);
  assert.match(
    table.stdout,
    /^Temporal \S+, namespace sales-process, task queue many-tq\n\nCHECK +SEVERITY +LONGER THAN +WORKFLOW TYPE +RUN +NEW\nslow +warning +1s +- +14 +0\n$/,
  );
});

test('a check that is gone from the spec leaves the status with the next run', async ({ bed }) => {
  await bed.commit('orders', { slaChecks: [check('never', { maxDuration: '1h' })] });
  assert.is((await bed.run('orders', ['check-sla'])).code, 0);
  assert.equal(
    entries(await bed.live('orders')).map(({ name }) => name),
    ['never'],
  );
});

test('TLS and API key are those of the variables, as a pod has them; what is refused is said', async ({ bed }) => {
  const gateway = await startTemporalGateway(bed.temporal.address, { clientCertificate: true, apiKey: 'right' });
  try {
    const file = (name: string) => join(certificates, name);
    const variables = {
      TEMPORAL_ADDRESS: gateway.address,
      TEMPORAL_TLS: 'true',
      TEMPORAL_TLS_SERVER_NAME: 'localhost',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
      TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem'),
      TEMPORAL_TLS_CLIENT_KEY_PATH: file('client-key.pem'),
      TEMPORAL_API_KEY: 'right',
    };
    const said = async (change: Readonly<Record<string, string>>) => {
      const { code, stderr } = await bed.run('orders', ['check-sla', '--max-duration', '1h'], { ...variables, ...change });
      return `${code} ${stderr}`;
    };
    assert.is(await said({}), '0 ');
    assert.match(await said({ TEMPORAL_API_KEY: 'wrong' }), /^1 error TemporalForbidden: /);
    assert.match(await said({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: '' }), /^1 error TemporalTlsFailed: /);
    assert.match(await said({ TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere' }), /^1 error CredentialsMissing: .*\/nowhere cannot be read/);
    assert.not.match(await said({ TEMPORAL_API_KEY: 'wrong' }), 'wrong');
  } finally {
    await gateway.stop();
  }
});

test('what is wrong is said: no such Process, no such check, no Temporal, no right, wrong usage', async ({ bed }) => {
  const of = async (args: readonly string[], name = 'orders') => {
    const { code, stderr } = await bed.run(
      'orders',
      args.map((one) => (one === 'orders' ? name : one)),
    );
    return `${code} ${stderr}`;
  };
  assert.match(
    await of(['check-sla', '--check', 'slow']),
    /^1 error ScheduleMissing: Process "sales\/orders": the live Process has no SLA check "slow"; there is "never"\n$/,
  );
  assert.match(
    await of(['check-sla', '--temporal-address', '127.0.0.1:1']),
    /^1 error TemporalUnreachable: Process "sales\/orders": .*ECONNREFUSED/,
  );
  assert.match(await of(['check-sla', '-n', 'billing']), /^1 error ClusterForbidden: /);
  assert.match(await of(['check-sla', '--max-duration', '3d']), /^2 error: option '--max-duration <duration>' argument '3d' is invalid/);
  assert.match(await of(['check-sla', '--check', 'a', '--max-duration', '3h']), /^2 error: /);
  assert.match(await of(['check-sla', '--workflow-type', 'a']), /^2 error: --workflow-type needs --max-duration/);
  assert.match(await of(['check-sla', '--max-duration', '1h', '--fail']), /^0 /);
  assert.ok(valueAt(await bed.live('orders'), 'status', 'conditions'), 'the sidecar’s own is still there');
});

test.run();
