/** What kstatus says of a Process: kpt and Flux wait by it. Current, InProgress and Failed must be what we mean by the conditions. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, valueAt } from '../../src/resource.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { namesOfCases } from '../golden.ts';
import { part, root } from '../testbed/parts.ts';
import { testdata } from './health-testdata.ts';

interface Verdict {
  readonly status: string;
  readonly message: string;
}

const test = suite<{ kstatus: string }>('kstatus');

test.before(async (context) => {
  context.kstatus = await part('kstatus');
});

/** In a cluster without the sidecar nothing would ever be current, were a Process without status in progress. */
const expected = {
  'degraded_canary_ill.yaml': 'Current',
  'degraded_dependency_missing.yaml': 'InProgress',
  'degraded_drain_stalled.yaml': 'Failed',
  'degraded_not_rendered.yaml': 'Failed',
  'degraded_roll_out_stuck.yaml': 'Failed',
  'degraded_scaled_to_zero.yaml': 'InProgress',
  'degraded_temporal_unreachable.yaml': 'InProgress',
  'degraded_workers_partly_lost.yaml': 'InProgress',
  'healthy_drained.yaml': 'Current',
  'healthy_draining.yaml': 'Current',
  'healthy_draining_not_ready.yaml': 'InProgress',
  'healthy_ready.yaml': 'Current',
  'progressing_first_poll_awaited.yaml': 'InProgress',
  'progressing_latest_spec_not_seen.yaml': 'InProgress',
  'progressing_no_status.yaml': 'Current',
  'progressing_rolling_out.yaml': 'InProgress',
};

test("each testdata file of Argo CD's health check", ({ kstatus }) => {
  const files = testdata();
  const verdicts = judge(
    kstatus,
    files.map(({ object }) => object),
  );
  assert.equal(Object.fromEntries(files.map(({ file }, at) => [file, verdicts[at]!.status])), expected);
});

test('every status that is decided: Current is Ready, Failed is Stalled, and everything else is in progress, with our words', ({
  kstatus,
}) => {
  const folder = join(root, 'test/cases/status');
  const names = namesOfCases(folder);
  assert.ok(names.length > 30);
  const statuses = names.map((name) => statusOf(join(folder, name)));
  const verdicts = judge(
    kstatus,
    statuses.map(({ object }) => object),
  );
  for (const [at, name] of names.entries()) {
    const { is, messageOf, conditions, object } = statuses[at]!;
    if (valueAt(object, 'metadata', 'deletionTimestamp') !== undefined) {
      assert.is(verdicts[at]!.status, 'Terminating', name);
      continue;
    }
    const [status, type] = is('Stalled')
      ? ['Failed', 'Stalled']
      : is('Reconciling')
        ? ['InProgress', 'Reconciling']
        : [is('Ready') ? 'Current' : 'InProgress', 'Ready'];
    assert.is(verdicts[at]!.status, status, `${name}: ${JSON.stringify(conditions)}`);
    if (status !== 'Current') assert.is(verdicts[at]!.message, messageOf(type!), name);
  }
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

function statusOf(dir: string) {
  const { process } = read(join(dir, 'input.yaml')) as { process: Resource };
  const { status } = read(join(dir, 'expected.yaml')) as { status: { conditions: Condition[]; observedGeneration: number } };
  const metadata = { ...(process.metadata as object), generation: status.observedGeneration };
  const find = (type: string) => status.conditions.find((condition) => condition.type === type);
  return {
    object: { ...process, metadata, status },
    conditions: status.conditions,
    is: (type: string) => find(type)?.status === 'True',
    messageOf: (type: string) => find(type)?.message,
  };
}

function read(file: string): unknown {
  return load(readFileSync(file, 'utf8'), { schema });
}

function judge(kstatus: string, objects: readonly Resource[]): Verdict[] {
  const { status, stdout, stderr } = spawnSync(kstatus, { input: JSON.stringify(objects), encoding: 'utf8' });
  assert.is(status, 0, stderr);
  const verdicts = stdout.trimEnd().split('\n');
  assert.is(verdicts.length, objects.length);
  return verdicts.map((line) => JSON.parse(line) as Verdict);
}

test.run();
