/** `verify --cluster`, as a person runs it, against a real API server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { annotation } from '../../src/names.ts';
import { demand } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd, resourcePath } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';
import { value } from '../verify/findings.ts';
import { applyHealthy, clear, patch, run } from '../verify/live-bed.ts';
import { condition, healthyStatus } from '../verify/live-cluster.ts';
import { partsOf, pinned } from '../verify/rendered-stream.ts';

const test = suite<{ plane: ControlPlane }>('verbs/verify-cluster');

test.before(async (context) => {
  context.plane = await startControlPlane();
  await installCrd(context.plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
});
test.after(async ({ plane }) => {
  await plane?.stop();
});
test.before.each(async ({ plane }) => {
  await clear(plane, 'sales');
  await clear(plane, 'billing');
});

const verify = ({ kubeconfig }: ControlPlane, ...args: string[]) => run(['verify', '--cluster', '--kubeconfig', kubeconfig, ...args]);
const passes = 'PASS    PASS       PASS      PASS       PASS         PASS\n';

test('a healthy Process passes: what the API server adds is no difference', async ({ plane }) => {
  await applyHealthy(plane);
  const { code, stdout, stderr } = await verify(plane, 'l2o', '-n', 'sales');
  assert.is(stderr, '');
  const [checks, conditions, summary] = stdout.split('\n\n') as [string, string, string];
  assert.is(checks, `PROCESS     FOUND   RENDERED   MOUNTED   WORKLOAD   CONDITIONS   CURRENT\nsales/l2o   ${passes.trim()}`);
  assert.match(conditions, /^CONDITION +STATUS +REASON +SINCE +WHAT TO DO\nReady +True +AllReady +\d+[smhd] +-\n/);
  assert.is(summary, 'PASS: 1 Process, nothing wrong\n');
  assert.is(code, 0);
});

test('a failing one, as README shows it: reason and what to do on stdout, what was found on stderr', async ({ plane }) => {
  await applyHealthy(plane);
  const words = '2 pods run, and none polls task queue "l2o-tq"';
  const { conditions } = healthyStatus() as unknown as { conditions: { type: string }[] };
  const wrong = conditions.map((one) =>
    one.type === 'Ready' || one.type === 'WorkersReady' ? condition(one.type, 'False', 'NoPollers', words) : one,
  );
  await patch(plane, 'Process', { status: { conditions: wrong } });
  const { code, stdout, stderr } = await verify(plane, 'l2o', '-n', 'sales');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, shown] = /```text\n\$ ameide-process verify --cluster l2o -n sales\n([\s\S]*?)```/.exec(readme) ?? [];
  const ageless = (text = '') => text.replace(/(?<=[a-z]) +\d+[smhd] +/gi, ' AGE ').replace(/ +SINCE +/, ' SINCE ');
  assert.is(ageless(`${stdout}${stderr}`), ageless(shown));
  assert.is(code, 1);
});

interface Fault {
  readonly title: string;
  readonly render?: Parameters<typeof applyHealthy>[1];
  readonly after?: (plane: ControlPlane) => Promise<void>;
  /** The row of the table, one letter for each check. */
  readonly states: string;
  readonly error: RegExp;
}

const faults: readonly Fault[] = [
  {
    title: 'no workers were rendered',
    after: async (plane) => void (await demand(plane, 'DELETE', '/apis/apps/v1/namespaces/sales/deployments/l2o-process')),
    states: 'PF--PP',
    error: /^error NotRendered: .*was the function skipped\?/m,
  },
  {
    title: 'the live Process was edited',
    after: (plane) => patch(plane, 'Process', { spec: { worker: { replicas: 2 } } }),
    states: 'PFP-FF',
    error:
      /^error RenderStale: .*the live Process was changed after the render.*\n(.*\n)*error StatusStale: .*observedGeneration: is 1, .* generation 2/m,
  },
  {
    title: 'the Deployment is of another render',
    after: (plane) => patch(plane, 'Deployment', { metadata: { annotations: { [annotation.renderedFrom]: 'another' } } }),
    states: 'PFP-PP',
    error: /^error RenderStale: .*it is of another render/m,
  },
  {
    title: 'the queue of the workers was edited',
    render: (seen) => {
      partsOf(seen).variable('TASK_QUEUE').value = 'other';
    },
    states: 'PFPPPP',
    error: /^error RenderBroken: .*env\[name=TASK_QUEUE\]: is "other", the Process implies "l2o-tq"/m,
  },
  {
    title: 'the ConfigMap was recreated with other bytes',
    render: (seen) => {
      seen.current.data!['definition.json'] = value('{"edited":true}');
    },
    states: 'PPFPPP',
    error: /^error ChecksumMismatch: /m,
  },
  {
    title: 'the ConfigMap lost its labels, which is no fault',
    render: (seen) => {
      seen.current.metadata!.labels = value({});
    },
    states: 'PPPPPP',
    error: /^$/,
  },
  {
    title: 'no pod is available',
    after: (plane) => patch(plane, 'Deployment', { status: { readyReplicas: 0, availableReplicas: 0, conditions: stuck } }),
    states: 'PPPFPP',
    error: /^error RolloutStuck: .*1 of 1 pods are updated, 0 available/m,
  },
  {
    title: 'nobody wrote a status',
    after: (plane) => patch(plane, 'Process', { status: null }),
    states: 'PPPPFF',
    error: /^error StatusMissing: .*there is no status; does the sidecar run, and watch this namespace\?/m,
  },
  {
    title: 'another definition runs',
    after: (plane) => patch(plane, 'Process', { status: { definition: { version: 2, checksum: pinned(2).checksum } } }),
    states: 'PPPPPF',
    error: /^error DefinitionNotMounted: .*version 2 \(sha256:\w+\) runs, the Process pins version 3/m,
  },
];

const stuck = [
  { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime: null, lastTransitionTime: null },
];

for (const { title, render, after, states, error } of faults) {
  test(title, async ({ plane }) => {
    await applyHealthy(plane, render);
    await after?.(plane);
    const { code, stdout, stderr } = await verify(plane, 'sales/l2o');
    const row = /^sales\/l2o +(.*)$/m.exec(stdout)?.[1] ?? '';
    assert.is(
      row
        .split(/ +/)
        .map((state) => state[0])
        .join(''),
      states,
      `${stdout}${stderr}`,
    );
    assert.match(stderr, error);
    assert.is(code, states === 'PPPPPP' ? 0 : 1);
  });
}

test('a sidecar that stopped renewing its Lease is warned of', async ({ plane }) => {
  await applyHealthy(plane);
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'ameide-process', namespace: 'ameide-system' } };
  const path = (await resourcePath(plane, lease))!;
  await demand(plane, 'POST', path, { ...lease, spec: { holderIdentity: 'gone', renewTime: '2026-01-01T00:00:00.000000Z' } });
  const { code, stderr } = await verify(plane, 'sales/l2o');
  await demand(plane, 'DELETE', `${path}/ameide-process`);
  assert.match(
    stderr,
    /^warning StatusStale: Lease "ameide-system\/ameide-process" spec\.renewTime: was last renewed at 2026-01-01T00:00:00/,
  );
  assert.is(code, 0);
});

test('namespaces: the context’s, another, several, all', async ({ plane }) => {
  await applyHealthy(plane);
  await applyHealthy(plane, undefined, { name: 'l2o', namespace: 'billing' });
  const rows = async (...args: string[]) => {
    const { code, stdout, stderr } = await verify(plane, ...args);
    return { code, processes: [...stdout.matchAll(/^(\S+\/\S+|l2o) /gm)].map(([, name]) => name), stderr };
  };
  assert.equal(await rows('-n', 'sales'), { code: 0, processes: ['sales/l2o'], stderr: '' });
  assert.equal(await rows('billing/l2o', 'sales/l2o'), { code: 0, processes: ['billing/l2o', 'sales/l2o'], stderr: '' });
  assert.equal(await rows('-A'), { code: 0, processes: ['billing/l2o', 'sales/l2o'], stderr: '' });
  assert.equal(await rows('-A', 'l2o'), { code: 0, processes: ['billing/l2o', 'sales/l2o'], stderr: '' });
  const own = await rows();
  assert.equal(own, { code: 1, processes: [], stderr: 'error ProcessNotFound: there is no Process in namespace "default"\n' });
  const absent = await rows('other', '-n', 'sales');
  assert.equal(absent.processes, ['sales/other']);
  assert.match(absent.stderr, /^error ProcessNotFound: Process "sales\/other": does not exist in namespace "sales"/);
});

test('-o json: the platform’s shape, with every condition and what to do next', async ({ plane }) => {
  await applyHealthy(plane);
  await patch(plane, 'Process', { status: { conditions: [condition('Ready', 'False', 'NoPollers', 'none polls')] } });
  const { code, stdout } = await verify(plane, 'l2o', '-n', 'sales', '-o', 'json');
  assert.is(code, 1);
  const report = JSON.parse(stdout);
  assert.equal(Object.keys(report), ['mode', 'summary', 'health', 'checks', 'next_steps', 'cascade', 'findings', 'processes']);
  assert.equal(report.health, { kind: 'PRIMITIVE_KIND_PROCESS', name: 'l2o', ready: false });
  assert.is(report.mode, 'cluster');
  const [process] = report.processes;
  assert.equal(process.pin, pinned(3));
  assert.is(process.namespace, 'sales');
  assert.is(process.conditions[0].reason, 'NoPollers');
  assert.match(report.next_steps[0], /^StatusMissing: |^NoPollers: /);
});

test.run();
