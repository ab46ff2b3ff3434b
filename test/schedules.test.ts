/** Cron expressions and time zones against a real API server: what the tool lets pass in a Process, a CronJob must take, and the other way round. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isTimeZone, timeZones } from '../src/process/time-zones.ts';
import { parseProcess } from '../src/process.ts';
import { type ControlPlane, startControlPlane } from './testbed/control-plane.ts';
import { dryRun } from './testbed/dry-run.ts';

const test = suite<{ plane: ControlPlane }>('schedules');

test.before(async (context) => {
  context.plane = await startControlPlane();
});
test.after(({ plane }) => plane?.stop());

/** Why the API server refuses a CronJob; undefined: it takes it. */
async function refusal(plane: ControlPlane, spec: object): Promise<string | undefined> {
  const container = { name: 'check', image: 'check:1' };
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } };
  const metadata = { name: 'check', namespace: 'default' };
  const job = { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: { schedule: '@daily', jobTemplate, ...spec } };
  const verdict = await dryRun(plane, job);
  return verdict.accepted ? undefined : verdict.status.message;
}

function isOurs(schedule: string): boolean {
  const spec = {
    image: 'worker:1',
    definitionRef: { id: 'L2O', tenantId: 't1' },
    temporal: { namespace: 'sales', taskQueue: 'l2o' },
    slaChecks: [{ name: 'slow', schedule, maxDuration: '1h' }],
  };
  return 'process' in parseProcess({ apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o' }, spec });
}

const names = ['sun', 'Mon', 'TUE', 'wed', 'sat', 'jan', 'FEB', 'Nov', 'dec', 'noon'];
const number = fc.oneof(
  fc.nat(12).map(String),
  fc.nat(62).map(String),
  fc.constantFrom('00', '05', '6', '7', '23', '24', '31', '32'),
  fc.constantFrom(...names),
);
const range = fc.oneof(
  number,
  fc.tuple(number, number).map(([from, to]) => `${from}-${to}`),
  fc.constantFrom('*', '?'),
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('/0', '/1', '/5', '/30', '/999', '/x', '/') },
);
const entry = fc.tuple(range, step).map((parts) => parts.join(''));
const field = fc.oneof(
  { weight: 4, arbitrary: fc.constant('*') },
  { weight: 2, arbitrary: entry },
  { weight: 1, arbitrary: fc.tuple(entry, entry).map((both) => both.join(',')) },
);
const fields = fc.oneof(
  { weight: 9, arbitrary: fc.array(field, { minLength: 5, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(field, { minLength: 3, maxLength: 7 }) },
);
const words = fc.constantFrom(
  '@hourly',
  '@daily',
  '@midnight',
  '@weekly',
  '@monthly',
  '@yearly',
  '@annually',
  '@Daily',
  '@noon',
  '@',
  'TZ=UTC * * * * *',
  'CRON_TZ=UTC @daily',
);
const schedule = fc.oneof({ weight: 9, arbitrary: fields.map((all) => all.join(' ')) }, { weight: 1, arbitrary: words });

test('any cron expression is judged alike', async ({ plane }) => {
  const seen = { good: 0, bad: 0 };
  await fc.assert(
    fc.asyncProperty(schedule, async (text) => {
      const why = await refusal(plane, { schedule: text });
      seen[why === undefined ? 'good' : 'bad']++;
      assert.is(isOurs(text), why === undefined, `"${text}": ${why ?? 'the API server takes it'}`);
    }),
    { numRuns: 1_000, seed: 499, endOnFailure: true },
  );
  assert.ok(seen.good > 200 && seen.bad > 200, JSON.stringify(seen));
});

/** Kubernetes' parser takes them, and they say nothing, or not what one would think. */
const refusedAsWell = ['*-5 * * * *', ',5 * * * *', '+5 * * * *', ' 5 * * * *', '@every 5m', '*/05 * * * *'];

test('some that Kubernetes takes are refused', async ({ plane }) => {
  for (const text of refusedAsWell) {
    assert.is(await refusal(plane, { schedule: text }), undefined, text);
    assert.not.ok(isOurs(text), text);
  }
});

test('every time zone of our list is one of Kubernetes', async ({ plane }) => {
  const all = timeZones();
  assert.ok(all.length > 590);
  for (const timeZone of all) assert.is(await refusal(plane, { timeZone }), undefined, timeZone);
});

test('what is no time zone to us is none to Kubernetes', async ({ plane }) => {
  const wrong = [
    'Local',
    'local',
    'europe/berlin',
    'EUROPE/BERLIN',
    'Europe/Berln',
    'BST',
    'JST',
    'CEST',
    '+01:00',
    'GMT+1',
    'UTC+1',
    'Europe',
    '../UTC',
    'US/Pacific-New',
    ' UTC',
  ];
  for (const timeZone of wrong) {
    assert.not.ok(isTimeZone(timeZone), timeZone);
    assert.ok(await refusal(plane, { timeZone }), `${timeZone}: the API server takes it`);
  }
});

test.run();
