/** How what was found of live Processes is told: the conditions' table, the JSON, the line while one waits. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { showDuration } from '../../src/duration.ts';
import { problem } from '../../src/problem.ts';
import { checkLive } from '../../src/verify/live.ts';
import { conditionsTable, type LiveReport, toLiveJson, toPrimitiveJson, waitingWords } from '../../src/verify/live-report.ts';
import { value, without } from './findings.ts';
import { condition, type LiveCluster, liveCluster } from './live-cluster.ts';
import { pinned } from './rendered-stream.ts';

const test = suite('verify/live-report');

function reportOf(change: (cluster: LiveCluster) => void = () => {}, asked = [{ name: 'l2o', namespace: 'sales' }]): LiveReport {
  const live = liveCluster(change);
  return { mode: 'cluster', now: live.now, ...checkLive(live, asked) };
}

const notReady = ({ process }: LiveCluster) => {
  process.status!.conditions = value([
    condition('Ready', 'False', 'NoPollers', 'none polls'),
    condition('Degraded', 'False', 'NotDegraded'),
    condition('Reconciling', 'True', 'WaitingForPollers', 'soon'),
  ]);
};

test('all conditions of the only Process, with their age, and what to do about those that are not as they should be', () => {
  const { headings, rows } = conditionsTable(reportOf(notReady));
  assert.equal(headings, ['CONDITION', 'STATUS', 'REASON', 'SINCE', 'WHAT TO DO']);
  assert.equal(rows, [
    ['Ready', 'False', 'NoPollers', '4m', 'Look at the workers’ logs: which address, namespace and queue do they use?'],
    ['Degraded', 'False', 'NotDegraded', '4m', '-'],
    ['Reconciling', 'True', 'WaitingForPollers', '4m', '-'],
  ]);
});

test('of several Processes only the conditions that are not as they should be', () => {
  const report = reportOf((cluster) => {
    const other = structuredClone(cluster.process);
    other.metadata!.name = value('healthy');
    cluster.items = [...cluster.items, other];
    notReady(cluster);
  }, []);
  assert.is(report.processes.length, 2);
  const { headings, rows } = conditionsTable(report);
  assert.is(headings[0], 'PROCESS');
  assert.equal(
    rows.map(([process, type]) => [process, type]),
    [['sales/l2o', 'Ready']],
  );
});

test('the JSON of the platform, of one that passes, is exactly this', () => {
  const pass = (check: string, message: string) => ({ check, status: 'CHECK_STATUS_PASS', message, issues: [] });
  assert.equal(toPrimitiveJson(reportOf(), 'l2o', true), {
    summary: 'pass',
    health: { kind: 'PRIMITIVE_KIND_PROCESS', name: 'l2o', ready: true },
    checks: [
      pass('ProcessFound', 'it is there, valid and pinned'),
      pass('Rendered', 'its worker Deployment was rendered from the live spec'),
      pass('DefinitionMounted', `version 3 is mounted from ConfigMap "l2o-definition-${pinned(3).checksum.slice(7, 17)}"`),
      pass('WorkloadReady', '1 of 1 pods of "l2o-process" are available'),
      pass('ConditionsHealthy', 'Ready is True, Degraded is False'),
      pass('DefinitionCurrent', `version 3 (${pinned(3).checksum}) runs`),
    ],
    next_steps: [],
    cascade: [],
  });
});

test('and of one that fails: what was expected and found, what to do, and what could not be checked', () => {
  const report = reportOf((cluster) => {
    without(cluster, cluster.deployment);
    notReady(cluster);
  });
  const json = toPrimitiveJson(report, 'l2o', false) as { checks: { check: string; status: string; message: string; issues: unknown[] }[] };
  assert.equal(Object.keys(json), ['summary', 'health', 'checks', 'next_steps', 'cascade']);
  const [, rendered, mounted, , conditions] = json.checks;
  assert.equal(mounted, {
    check: 'DefinitionMounted',
    status: 'CHECK_STATUS_FAIL',
    message: 'could not be checked: see what fails before it',
    issues: [],
  });
  assert.equal(rendered!.issues, [{ resource: 'Process/sales/l2o', field: '', expected: '', actual: '' }]);
  assert.is(conditions!.message, 'Ready is False: none polls');
  assert.equal(conditions!.issues, [
    { resource: 'Process/sales/l2o', field: 'status.conditions[type=Ready]', expected: 'True', actual: 'False' },
  ]);
  assert.equal((json as unknown as { next_steps: string[] }).next_steps, [
    'NotRendered: Sync it from Git; where Git lacks it, run `ameide-process render DIR` and commit; with kustomize, build with `--enable-alpha-plugins --enable-exec`.',
    'NoPollers: Look at the workers’ logs: which address, namespace and queue do they use?',
  ]);
});

test('what could not be read is a check that fails, never one that is left out', () => {
  const report: LiveReport = {
    mode: 'cluster',
    now: '',
    outcomes: [],
    remarks: [problem('ClusterUnreachable', 'no answer')],
    processes: [],
  };
  const { summary, checks } = toPrimitiveJson(report, 'l2o', false);
  assert.is(summary, 'fail');
  assert.equal(checks, [
    {
      check: 'Readable',
      status: 'CHECK_STATUS_FAIL',
      message: 'no answer',
      issues: [{ resource: '', field: '', expected: '', actual: '' }],
    },
  ]);
});

test('the JSON of several has no health of its own, but of each', () => {
  const json = toLiveJson(reportOf());
  assert.equal(json.health, { kind: 'PRIMITIVE_KIND_PROCESS', name: 'l2o', ready: true });
  const two = reportOf((cluster) => {
    const other = structuredClone(cluster.process);
    other.metadata!.name = value('other');
    cluster.items = [...cluster.items, other];
  }, []);
  const several = toLiveJson(two);
  assert.not('health' in several);
  assert.equal(
    (several.processes as { name: string; ready: boolean }[]).map(({ name, ready }) => [name, ready]),
    [
      ['l2o', true],
      ['other', true],
    ],
  );
});

test('while one waits: how long still, and the first that fails of each Process', () => {
  assert.is(waitingWords(reportOf(notReady), 252_000), 'waiting, 4m12s left: sales/l2o ConditionsHealthy (NoPollers)');
  const nothing: LiveReport = { mode: 'cluster', now: '', outcomes: [], remarks: [problem('CrdMissing', 'none')], processes: [] };
  assert.is(waitingWords(nothing, 900), 'waiting, 1s left: CrdMissing');
  assert.is(showDuration(120_000), '2m');
});

test.run();
