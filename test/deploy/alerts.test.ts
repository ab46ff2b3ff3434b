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
import { alertCases, leader } from './alert-cases.ts';
import { built, the } from './built.ts';

interface Rule {
  /** Absent: it records. */
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: { readonly summary?: string; readonly description?: string; readonly runbook_url?: string };
}

const test = suite<Context>('alerts');

interface Context extends Fired {
  scratch: string;
  promtool: string;
  rules: readonly Rule[];
}

interface Fired {
  /** What fires in each case, by its title. */
  fired: ReadonlyMap<string, readonly string[]>;
  output: string;
}

test.before(async (context) => {
  context.promtool = await part('promtool');
  context.scratch = mkdtempSync(join(tmpdir(), 'ameide-alerts-'));
  const { spec } = the(await built('monitoring'), 'PrometheusRule', 'ameide-process') as unknown as {
    spec: { groups: { rules: Rule[] }[] };
  };
  context.rules = spec.groups.flatMap(({ rules }) => rules);
  writeFileSync(join(context.scratch, 'rules.yaml'), JSON.stringify(spec));
  Object.assign(context, fire(context));
});
test.after(({ scratch }) => {
  rmSync(scratch, { recursive: true, force: true });
});

/** All at once, as promtool takes seconds to start. Told that no alert is expected, it says which fire. */
function fire({ promtool, scratch, rules }: Context): Fired {
  const tests = alertCases.map(({ title, series, at }) => ({
    name: title,
    interval: '1m',
    input_series: Object.entries({ [leader]: `1x${at + 10}`, ...series }).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: namesOf(rules).map((alertname) => ({ eval_time: `${at}m`, alertname, exp_alerts: [] })),
  }));
  writeFileSync(join(scratch, 'test.yaml'), JSON.stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', join(scratch, 'test.yaml')], { encoding: 'utf8' });
  const output = stdout + stderr;
  assert.is(status, 1, output);
  const fired = new Map<string, string[]>();
  for (const [, title, alert] of output.matchAll(/name: (.+),\n\s+alertname: (\w+)/g))
    fired.set(title!, [...(fired.get(title!) ?? []), alert!]);
  return { fired, output };
}

const namesOf = (rules: readonly Rule[]) => rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert]));

test('Prometheus accepts them', ({ promtool, scratch }) => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', join(scratch, 'rules.yaml')], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stdout + stderr);
});

test('each is tested to fire', ({ rules }) => {
  const fired = new Set(alertCases.flatMap(({ fires }) => fires));
  assert.equal(
    namesOf(rules).filter((alert) => !fired.has(alert)),
    [],
  );
});

test('each uses metrics that there are, and says what to do', ({ rules }) => {
  const known = new Set([...statusMetrics, ...ownMetrics].map(({ name }) => name));
  for (const { alert, expr, annotations } of rules) {
    for (const name of expr.match(/\bprocess_[a-z_]+/g) ?? []) assert.ok(known.has(name), name);
    if (alert === undefined) continue;
    assert.ok(annotations?.summary && annotations.description, alert);
    assert.is(annotations.runbook_url, `docs/metrics.md#${alert.toLowerCase()}`);
  }
});

for (const { title, fires } of alertCases) {
  test(title, ({ fired, output }) => {
    assert.equal(fired.get(title) ?? [], fires, output);
  });
}

test('what they say is put together from labels that are there', ({ output }) => {
  assert.not.match(output, 'error expanding');
  assert.not.match(output, '<no value>');
});

test.run();
