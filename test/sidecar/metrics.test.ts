/** What /metrics says: the names keep Prometheus' conventions, the numbers are those of the statuses, and nothing stays of what is gone. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../../src/names.ts';
import type { Resource } from '../../src/resource.ts';
import { exposition } from '../../src/sidecar/exposition.ts';
import { isCounter, type Metric } from '../../src/sidecar/metric.ts';
import type { SeenPod, SeenTemporal } from '../../src/sidecar/observation.ts';
import { ownMetrics } from '../../src/sidecar/own-metrics.ts';
import { statusMetrics } from '../../src/sidecar/status-metrics.ts';
import { openTally } from '../../src/sidecar/tally.ts';
import type { Watched } from '../../src/sidecar/watched.ts';
import { part, root } from '../testbed/parts.ts';

const test = suite('metrics');
const all: readonly Metric<never>[] = [...statusMetrics, ...ownMetrics];
/** Units that the conventions know, and what is counted. */
const endings = /_(seconds|bytes|total|seconds_total|version|tasks|desired|ready|live|workflows|condition|leader|processes|depth|watches)$/;

test('names and words keep the conventions', () => {
  assert.ok(all.length > 10);
  assert.is(new Set(all.map(({ name }) => name)).size, all.length);
  for (const { name, help, labels } of all) {
    assert.match(name, /^process_[a-z]+(_[a-z]+)*$/);
    assert.match(name, endings);
    assert.not.match(name, /milliseconds|_ms|_count|_sum|_bucket|_info$/);
    assert.match(help, /^[A-Z].*\.$/);
    for (const label of labels) assert.match(label, /^[a-z]+(_[a-z]+)*$/);
    assert.ok(
      labels.every((label) => !['name', 'le', 'quantile', 'uid', 'pod', 'identity'].includes(label)),
      `${name}: bounded labels`,
    );
  }
  assert.ok(ownMetrics.filter(isCounter).length > 3);
});

const process = (name: string): Resource => ({
  metadata: { namespace: 'sales', name },
  spec: { definitionRef: { pin: { version: 3 } }, slaChecks: [{ name: 'slow' }, { name: 'not-run-yet' }] },
  status: {
    slaChecks: [
      { name: 'slow', severity: 'critical', breaching: 3, reported: 7, checkedAt: '2026-11-24T11:45:00Z' },
      { name: 'gone', severity: 'info', breaching: 1, reported: 1, checkedAt: '2026-11-24T11:45:00Z' },
    ],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Degraded', status: 'False' },
    ],
    definition: { version: 3 },
    workers: { desired: 2, ready: 1 },
    drain: { since: '2026-11-24T11:00:00Z', deadline: '2026-11-24T13:00:00Z', remaining: 5, startedSince: 2 },
  },
});
const pod: SeenPod = {
  name: 'l2o-1',
  hostname: 'l2o-1',
  createdAt: '2026-11-24T10:00:00Z',
  phase: 'Running',
  isReady: true,
  isDeleting: false,
  runningSince: '2026-11-24T10:00:00Z',
  restarts: 0,
};
const temporal: SeenTemporal = {
  address: 'a',
  namespace: 'n',
  taskQueue: 'q',
  server: { state: 'Answers', since: '2026-11-24T10:00:00Z' },
  queue: {
    askedAt: '2026-11-24T11:59:30Z',
    workflowPollers: [
      { identity: '1@l2o-1', lastAccess: '2026-11-24T11:59:00Z' },
      { identity: '1@dead', lastAccess: '2026-11-24T11:59:29Z' },
    ],
    backlog: {
      workflow: { askedAt: '2026-11-24T11:59:30Z', tasks: 7, ageSeconds: 12.5 },
      activity: { askedAt: '2026-11-24T11:50:00Z', tasks: 0, ageSeconds: 0 },
    },
  },
  running: { askedAt: '2026-11-24T11:55:00Z', count: 40 },
};

const watchedOf = (processes: Watched['processes']): Watched => ({
  processes,
  podsOf: () => [pod],
  temporalOf: () => temporal,
  newestVersionOf: () => 4,
  nowMs: () => Date.parse('2026-11-24T12:00:00Z'),
});

function textOf<Source>(metrics: readonly Metric<Source>[], source: Source): string {
  return [...exposition(metrics, source)].join('');
}

test('each Process is told by its status; one that is gone is told no longer', async () => {
  const processes = new Map([['sales/l2o', process('l2o')]]);
  const text = textOf(statusMetrics, watchedOf(processes));
  for (const line of [
    'process_condition{namespace="sales",process="l2o",type="Ready",status="True"} 1',
    'process_condition{namespace="sales",process="l2o",type="Degraded",status="False"} 1',
    'process_definition_version{namespace="sales",process="l2o"} 3',
    'process_definition_newest_version{namespace="sales",process="l2o"} 4',
    'process_workers_desired{namespace="sales",process="l2o",track="stable"} 2',
    'process_workers_ready{namespace="sales",process="l2o",track="stable"} 1',
    'process_pollers_live{namespace="sales",process="l2o",track="stable"} 1',
    'process_queue_answer_age_seconds{namespace="sales",process="l2o"} 30',
    'process_definition_pinned_version{namespace="sales",process="l2o",track="stable"} 3',
    'process_queue_backlog_tasks{namespace="sales",process="l2o",queue_type="workflow"} 7',
    'process_queue_backlog_tasks{namespace="sales",process="l2o",queue_type="activity"} 0',
    'process_queue_backlog_age_seconds{namespace="sales",process="l2o",queue_type="workflow"} 12.5',
    'process_queue_backlog_answer_age_seconds{namespace="sales",process="l2o",queue_type="activity"} 600',
    'process_running_workflows{namespace="sales",process="l2o"} 40',
    'process_running_workflows_answer_age_seconds{namespace="sales",process="l2o"} 300',
    `process_drain_started_timestamp_seconds{namespace="sales",process="l2o"} ${Date.parse('2026-11-24T11:00:00Z') / 1000}`,
    `process_drain_deadline_timestamp_seconds{namespace="sales",process="l2o"} ${Date.parse('2026-11-24T13:00:00Z') / 1000}`,
    'process_drain_running_workflows{namespace="sales",process="l2o"} 5',
    'process_drain_late_workflows{namespace="sales",process="l2o"} 2',
    'process_sla_breaching_workflows{namespace="sales",process="l2o",check="slow",severity="critical"} 3',
    'process_sla_breaches_total{namespace="sales",process="l2o",check="slow",severity="critical"} 7',
    'process_sla_check_age_seconds{namespace="sales",process="l2o",check="slow",severity="critical"} 900',
    '# TYPE process_condition gauge',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
  assert.not.match(text, 'gone');
  assert.not.match(text, 'not-run-yet');
  await checkByPromtool(text);
  processes.clear();
  assert.not.match(textOf(statusMetrics, watchedOf(processes)), 'process="l2o"');
});

test('what SLA checks found last is not told while a drain suspends them', async () => {
  const found = process('l2o');
  const deletionTimestamp = '2026-11-24T11:59:00Z';
  for (const drained of [
    { ...found, spec: { ...(found.spec as object), lifecycle: 'Draining' } },
    { ...found, metadata: { ...(found.metadata as object), deletionTimestamp, finalizers: [drainFinalizer] } },
  ]) {
    const text = textOf(statusMetrics, watchedOf(new Map([['sales/l2o', drained]])));
    assert.not.match(text, 'process_sla_breaching_workflows{');
    assert.not.match(text, 'process_sla_check_age_seconds{');
    assert.match(text, 'process_sla_breaches_total{namespace="sales",process="l2o",check="slow",severity="critical"} 7');
  }
});

test('a thousand Processes are told in pieces of some kilobytes, each series once, with the labels that its metric says', () => {
  const processes = new Map(Array.from({ length: 1_000 }, (_, at) => [`sales/p-${at}`, process(`p-${at}`)] as const));
  const pieces = [...exposition(statusMetrics, watchedOf(processes))];
  assert.ok(pieces.length > 10 && pieces.every((piece) => piece.length < 20_000), String(pieces.map((piece) => piece.length)));
  const samples = pieces
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const series = samples.map((line) => line.slice(0, line.lastIndexOf(' ')));
  assert.is(new Set(series).size, series.length);
  for (const { name, labels } of statusMetrics) {
    const found = series.find((one) => one.startsWith(`${name}{`))!;
    assert.equal(
      [...found.matchAll(/(\w+)="/g)].map(([, label]) => label),
      labels,
      name,
    );
  }
});

test('what a label holds can be read back', async () => {
  const odd: Metric<undefined> = {
    name: 'process_odd',
    help: 'A \\ and\na line.',
    labels: ['process'],
    read: () => [{ labels: { process: 'a"b\\c\nd' }, value: 1e21 }],
  };
  const text = textOf([odd], undefined);
  assert.is(text, '# HELP process_odd A \\\\ and\\na line.\n# TYPE process_odd gauge\nprocess_odd{process="a\\"b\\\\c\\nd"} 1e+21\n');
  await checkByPromtool(text);
});

async function checkByPromtool(text: string): Promise<void> {
  const { status, stdout, stderr } = spawnSync(await part('promtool'), ['check', 'metrics'], { input: text, encoding: 'utf8' });
  assert.is(status, 0, stdout + stderr);
}

/** What docs/metrics.md says of how many series a Process makes at most, its drain included; an SLA's come on top. */
const mostSeries = 40;

test('a Process makes few series, whatever happens to it: no label but its name takes more than a handful of values', async () => {
  const conditions = conditionTypes().map((type) => ({ type, status: 'True' }));
  const full = process('l2o');
  const processes = new Map([['sales/l2o', { ...full, status: { ...(full.status as object), conditions } }]]);
  const text = textOf(statusMetrics, watchedOf(processes));
  const series = text.split('\n').filter((line) => line.startsWith('process_') && !line.startsWith('process_sla_'));
  assert.ok(series.length <= mostSeries && series.length > mostSeries / 2, series.join('\n'));
  const docs = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
  assert.match(docs, `at most ${mostSeries} series`);
});

/** All that the sidecar ever writes, as the schema of the status names them. */
function conditionTypes(): string[] {
  const table = readFileSync(join(root, 'docs/status.md'), 'utf8').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm);
  return [...table].flatMap(([, cell]) => [...cell!.matchAll(/`([A-Z]\w+)`/g)].map(([, type]) => type!));
}

test('the own work is counted, and a scrape counts nothing twice', async () => {
  const tally = openTally();
  await tally.timed(async () => tally.wrote('written'));
  const counts = new Map([['GET pods 200', 2]]);
  const work = { kube: { counts } as never, tally, isLeader: () => true, control: () => undefined };
  textOf(ownMetrics, work);
  const text = textOf(ownMetrics, work);
  await checkByPromtool(text);
  for (const line of [
    'process_sidecar_leader 1',
    'process_sidecar_looks_total 1',
    'process_sidecar_status_writes_total{result="written"} 1',
    'process_sidecar_kube_requests_total{method="GET",resource="pods",code="200"} 2',
    '# TYPE process_sidecar_kube_requests_total counter',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
});

test.run();
