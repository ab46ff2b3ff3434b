/** What `list` makes of statuses: which Process stands where, the table, the sentence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Resource } from '../../src/resource.ts';
import { columns } from '../../src/show/columns.ts';
import { columnsFor, type ListShape, sorted, summaryOf } from '../../src/show/list-text.ts';
import { type Row, rowOf } from '../../src/show/row.ts';
import { decide } from '../../src/sidecar/decide.ts';
import type { Observation } from '../../src/sidecar/observation.ts';
import { root } from '../testbed/parts.ts';

const test = suite('show/list');
const now = '2026-11-24T12:00:00Z';

/** The Process of a case of test/cases/status, with the status that follows. */
function processOf(observation: string, change: { name?: string; status?: object; spec?: object; metadata?: object } = {}): Resource {
  const seen = load(readFileSync(join(root, 'test/cases/status', observation, 'input.yaml'), 'utf8')) as Observation;
  const { process } = seen;
  const { name = observation, status = {}, spec = {}, metadata = {} } = change;
  return {
    ...process,
    metadata: { creationTimestamp: '2026-11-20T12:00:00Z', ...(process.metadata as object), name, ...metadata },
    spec: { ...(process.spec as object), ...spec },
    status: { ...decide(seen).status, ...status },
  };
}

const plain: ListShape = { isOfAll: false, isWide: false, paint: (_, text) => text };

function table(rows: readonly Row[], shape: ListShape = plain): string[] {
  const shown = columnsFor(rows, shape, now);
  return columns([shown.map(({ heading }) => heading), ...rows.map((row) => shown.map(({ cell }) => cell(row)))]);
}

test('those that need a look come first, with the one word that matters', () => {
  const rows = sorted(
    [
      processOf('ready', { name: 'orders' }),
      processOf('rolling-out', { name: 'invoices' }),
      processOf('ready-pods-that-never-poll', { name: 'l2o' }),
      processOf('a-newer-version-is-at-the-source', { name: 'claims' }),
      processOf('ready', { name: 'edited', metadata: { generation: 9 } }),
      processOf('ready', { name: 'unseen', status: { conditions: [] } }),
      processOf('temporal-was-not-asked-yet', { name: 'young' }),
      processOf('one-of-two-pods-is-lost', { name: 'half' }),
    ].map(rowOf),
  );
  assert.equal(table(rows), [
    'NAME       READY     REASON          VERSION   WORKERS   AGE',
    'half       False     PodsNotReady    3         1/2       4d',
    'l2o        False     NoPollers       3         1/1       4d',
    'edited     Unknown   StatusStale     3         1/1       4d',
    'unseen     Unknown   StatusMissing   3         1/1       4d',
    'invoices   False     RollingOut      3         1/1       4d',
    'young      Unknown   NotLookedYet    3         1/1       4d',
    'claims     True      AllReady        3 → 4     1/1       4d',
    'orders     True      AllReady        3         1/1       4d',
  ]);
  assert.is(
    summaryOf(rows, plain),
    '8 Processes: 2 are not Ready (half, l2o), 2 cannot be told of (edited, unseen), 2 are on their way (invoices, young)',
  );
});

test('the newest version is no news where it runs', () => {
  const definition = { version: 3, checksum: 'sha256:3', configMap: 'l2o', newest: 3 };
  assert.not('newer' in rowOf(processOf('ready', { status: { definition } })));
});

test('a drain, service levels and a canary have a column where there are any', () => {
  const rows = [
    rowOf(
      processOf('draining', {
        name: 'old',
        spec: { slaChecks: [{ name: 'latency' }, { name: 'age' }] },
        status: {
          slaChecks: [
            { name: 'latency', breaching: 2 },
            { name: 'age', breaching: 0 },
          ],
        },
      }),
    ),
    rowOf(
      processOf('ready', {
        name: 'new',
        spec: { slaChecks: [{ name: 'latency' }] },
        status: { workers: { ready: 1, desired: 1, canary: { ready: 1, desired: 2 } }, slaChecks: [{ name: 'latency', breaching: 2 }] },
      }),
    ),
    rowOf(processOf('ready', { name: 'plain' })),
  ];
  assert.equal(table(rows), [
    'NAME    READY   REASON     VERSION   WORKERS   CANARY   DRAIN            BREACHES   AGE',
    'old     True    AllReady   3         1/1       -        Waiting, 3 run   -          4d',
    'new     True    AllReady   3         1/1       1/2      -                latency    4d',
    'plain   True    AllReady   3         1/1       -        -                -          4d',
  ]);
  assert.equal(
    rows.map(({ standing }) => standing),
    ['Well', 'Warned', 'Well'],
    'a drain suspends the checks: what they found is old',
  );
  assert.is(summaryOf(rows, { isOfAll: true }), '3 Processes: 1 is Ready, with something amiss (sales/new)');
});

test('what a check that was removed has left in the status is no breach, also where it was the last one', () => {
  const status = { slaChecks: [{ name: 'removed', breaching: 2 }] };
  const last = rowOf(processOf('ready', { status }));
  assert.equal([last.standing, last.breaches], ['Well', undefined]);
  const other = rowOf(
    processOf('ready', {
      spec: { slaChecks: [{ name: 'new' }] },
      status: { slaChecks: [...status.slaChecks, { name: 'new', breaching: 0 }] },
    }),
  );
  assert.equal([other.standing, other.breaches], ['Well', []]);
});

test('a drain that is Stalled is told of though its workers are Ready', () => {
  const row = rowOf(processOf('a-drain-that-timed-out'));
  assert.equal([row.ready, row.reason, row.standing], ['True', 'DrainTimedOut', 'Warned']);
});

test('all is well in few words; wide has queue, image and message', () => {
  const rows = [rowOf(processOf('ready', { name: 'l2o' }))];
  assert.is(summaryOf(rows, plain), '1 Process, nothing wrong');
  assert.equal(table(rows, { ...plain, isOfAll: true, isWide: true }), [
    'NAMESPACE   NAME   READY   REASON     VERSION   WORKERS   AGE   TASK QUEUE             IMAGE                              MESSAGE',
    'sales       l2o    True    AllReady   3         1/1       4d    sales-process/l2o-tq   ghcr.io/ameide/l2o-process:0.7.0   the workers run the pinned definition and poll their queue',
  ]);
});

test('nothing of a live object reaches a terminal raw, and whatever its status is, there is a row', () => {
  const hostile = '\u001b]0;x\u0007\u009b2Ja\r\nb\u202e';
  const conditions = [{ type: 'Ready', status: 'False', reason: hostile, message: hostile, lastTransitionTime: hostile }];
  const strange = [
    {},
    {
      conditions,
      drain: { summary: hostile },
      definition: { version: hostile, newest: {} },
      workers: [],
      slaChecks: [{ name: hostile, breaching: 2 }],
    },
    'text',
    null,
  ];
  for (const status of strange) {
    const item = {
      ...processOf('ready', { spec: { image: hostile, slaChecks: [{ name: hostile }], temporal: { taskQueue: hostile } } }),
      status,
    };
    const lines = table([rowOf(item)], { ...plain, isWide: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.not.match(lines.join(''), /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.is(lines.length, 2);
  }
});

test.run();
