/** Each alert of deploy/monitoring fires when it should, and not otherwise: promtool runs them over series. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownMetrics } from '../../src/sidecar/own-metrics.ts';
import { statusMetrics } from '../../src/sidecar/status-metrics.ts';
import { part } from '../testbed/parts.ts';
import { built, the } from './built.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Case {
  readonly title: string;
  /** In Prometheus' notation, a value a minute. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes after which one looks. */
  readonly at: number;
  readonly fires: readonly string[];
}

const drain = (metric: string) => `process_drain_${metric}{namespace="sales",process="l2o"}`;

const cases: readonly Case[] = [
  {
    title: 'a drain that gets on',
    series: {
      [drain('running_workflows')]: '200-1x180',
      [drain('started_timestamp_seconds')]: '0x180',
      [drain('late_workflows')]: '0x180',
    },
    at: 150,
    fires: [],
  },
  {
    title: 'a drain that has only begun',
    series: { [drain('running_workflows')]: '3x40', [drain('started_timestamp_seconds')]: '0x40', [drain('late_workflows')]: '0x40' },
    at: 40,
    fires: [],
  },
  {
    title: 'a drain that has not got on for an hour',
    series: { [drain('running_workflows')]: '3x100', [drain('started_timestamp_seconds')]: '0x100', [drain('late_workflows')]: '0x100' },
    at: 90,
    fires: ['ProcessDrainStuck'],
  },
  {
    title: 'a drain that was done an hour ago',
    series: {
      [drain('running_workflows')]: '0x100',
      [drain('started_timestamp_seconds')]: '0x100',
      [drain('deadline_timestamp_seconds')]: '60x100',
    },
    at: 90,
    fires: [],
  },
  {
    title: 'a drain past its deadline',
    series: { [drain('running_workflows')]: '9-1x8', [drain('deadline_timestamp_seconds')]: '120x8' },
    at: 6,
    fires: ['ProcessDrainPastDeadline'],
  },
  {
    title: 'a drain before its deadline',
    series: { [drain('running_workflows')]: '9-1x8', [drain('deadline_timestamp_seconds')]: '7200x8' },
    at: 6,
    fires: [],
  },
  {
    title: 'workflows that are started all the same',
    series: { [drain('late_workflows')]: '0 0 1 2 3 4 5 6 7 8 9', [drain('running_workflows')]: '10x10' },
    at: 9,
    fires: ['ProcessStartsWhileDraining'],
  },
];

const test = suite<{ scratch: string; promtool: string; rules: readonly Rule[] }>('alerts');

test.before(async (context) => {
  context.promtool = await part('promtool');
  context.scratch = mkdtempSync(join(tmpdir(), 'ameide-alerts-'));
  const { spec } = the(await built('monitoring'), 'PrometheusRule', 'ameide-process') as unknown as {
    spec: { groups: { rules: Rule[] }[] };
  };
  context.rules = spec.groups.flatMap(({ rules }) => rules);
  writeFileSync(join(context.scratch, 'rules.yaml'), JSON.stringify(spec));
});
test.after(({ scratch }) => {
  rmSync(scratch, { recursive: true, force: true });
});

test('Prometheus accepts them', ({ promtool, scratch }) => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', join(scratch, 'rules.yaml')], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stdout + stderr);
});

test('each is tested to fire, and uses metrics that there are', ({ rules }) => {
  const fired = new Set(cases.flatMap(({ fires }) => fires));
  assert.equal(
    rules.map(({ alert }) => alert).filter((alert) => !fired.has(alert)),
    [],
  );
  const known = new Set([...statusMetrics, ...ownMetrics].map(({ name }) => name));
  for (const { expr } of rules) for (const name of expr.match(/process_[a-z_]+/g) ?? []) assert.ok(known.has(name), name);
});

for (const { title, series, at, fires } of cases) {
  test(title, ({ promtool, scratch, rules }) => {
    // Told that none is expected, it says which fire.
    const alert_rule_test = rules.map(({ alert }) => ({ eval_time: `${at}m`, alertname: alert, exp_alerts: [] }));
    const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const tests = [{ interval: '1m', input_series, alert_rule_test }];
    writeFileSync(join(scratch, 'test.yaml'), JSON.stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', join(scratch, 'test.yaml')], { encoding: 'utf8' });
    const seen = [...(stdout + stderr).matchAll(/alertname: (\w+)/g)].map(([, name]) => name);
    assert.equal(seen, fires, stdout + stderr);
    assert.is(status, fires.length === 0 ? 0 : 1);
  });
}

test.run();
