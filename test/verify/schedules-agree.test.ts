/** CronJobs of checks and cleanups, and their rights: what is not as it was rendered is found, too little and too much. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findings, value, without } from './findings.ts';
import { type Broken, type Mutable, renderedStream } from './rendered-stream.ts';

const test = suite('verify/schedules-agree');

const spec = {
  slaChecks: [{ name: 'slow', schedule: '*/5 * * * *', maxDuration: '72h', image: 'tool:1' }],
  cleanups: [{ name: 'stale', schedule: '@weekly', olderThan: '720h', action: 'Cancel', command: ['/bin/sweep'] }],
};
const [check, cleanup] = ['CronJob/l2o-sla-slow', 'CronJob/l2o-cleanup-stale'];
const pod = 'spec.jobTemplate.spec.template.spec';

/** The two CronJobs, then the service account, its Role and its binding. */
function parts({ rights }: Broken) {
  const [slow, stale, account, role, binding] = rights as unknown as [Mutable, Mutable, Mutable, Mutable, Mutable];
  const podOf = (job: Mutable) => job.spec!.jobTemplate!.spec!.template!.spec!;
  return { slow, stale, account, role, binding, podOf };
}

test('what was rendered passes, in the order in which it was rendered', () => {
  const stream = renderedStream(() => {}, spec);
  assert.equal(findings(stream), []);
  assert.equal(
    stream.slice(4).map(({ kind }) => kind),
    ['CronJob', 'CronJob', 'ServiceAccount', 'Role', 'RoleBinding'],
  );
});

test('what an outer kustomization may change passes: the images of the tool, and where Temporal is', () => {
  const stream = renderedStream((seen) => {
    const { stale, podOf } = parts(seen);
    podOf(stale).containers![0]!.image = value('registry.example/tool:2');
    podOf(stale).containers![0]!.env![0]!.value = value('temporal.example:7233');
    podOf(stale).containers![0]!.resources = value({ limits: { memory: '1Gi' } });
  }, spec);
  assert.equal(findings(stream), []);
});

const broken: Record<string, [change: (seen: Broken) => void, found: string[]]> = {
  'a CronJob is missing': [(seen) => without(seen, parts(seen).slow), ['RenderBroken Process/l2o spec']],
  'a CronJob of a check that is gone': [
    (seen) => {
      const more = structuredClone(parts(seen).slow);
      more.metadata!.name = value('l2o-sla-gone');
      seen.items.push(more);
    },
    ['RenderBroken CronJob/l2o-sla-gone metadata.name'],
  ],
  'another schedule': [
    (seen) => {
      parts(seen).slow.spec!.schedule = value('@yearly');
    },
    [`RenderBroken ${check} spec.schedule`],
  ],
  'a time zone': [
    (seen) => {
      parts(seen).slow.spec!.timeZone = value('Etc/UTC');
    },
    [`RenderBroken ${check} spec.timeZone`],
  ],
  suspended: [
    (seen) => {
      parts(seen).stale.spec!.suspend = value(true);
    },
    [`RenderBroken ${cleanup} spec.suspend`],
  ],
  'another image than that of the check': [
    (seen) => {
      const { slow, podOf } = parts(seen);
      podOf(slow).containers![0]!.image = value('tool:2');
    },
    [`RenderBroken ${check} ${pod}.containers[0].image`],
  ],
  'another command, other arguments, another variable': [
    (seen) => {
      const { slow, stale, podOf } = parts(seen);
      podOf(stale).containers![0]!.command = value(['/bin/true']);
      podOf(slow).containers![0]!.args![2] = value('--all');
      podOf(slow).containers![0]!.env![1]!.value = value('other');
    },
    [
      `RenderBroken ${check} ${pod}.containers[0].args`,
      `RenderBroken ${check} ${pod}.containers[0].env`,
      `RenderBroken ${cleanup} ${pod}.containers[0].command`,
    ],
  ],
  'another account': [
    (seen) => {
      const { slow, podOf } = parts(seen);
      podOf(slow).serviceAccountName = value('admin');
    },
    [`RenderBroken ${check} ${pod}.serviceAccountName`],
  ],
  'no account, no Role': [
    (seen) => without(seen, parts(seen).account, parts(seen).role),
    ['RenderBroken Process/l2o spec', 'RenderBroken Process/l2o spec'],
  ],
  'a right more': [
    (seen) => {
      const { role } = parts(seen);
      (role.rules as unknown as object[]).push({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
    },
    ['RenderBroken Role/l2o-schedules rules'],
  ],
  'somebody else': [
    (seen) => {
      parts(seen).binding.subjects![0]!.name = value('default');
    },
    ['RenderBroken RoleBinding/l2o-schedules subjects'],
  ],
};

for (const [what, [change, found]] of Object.entries(broken)) {
  test(`fails: ${what}`, () => assert.equal(findings(renderedStream(change, spec)), found));
}

test('fails: CronJobs and rights that the Process has no use for any more', () => {
  let kept: readonly Mutable[] = [];
  renderedStream((seen) => {
    kept = structuredClone(seen.rights) as Mutable[];
  }, spec);
  const stream = renderedStream((seen) => {
    seen.items.push(...kept);
  });
  assert.equal(findings(stream), [
    `RenderBroken ${check} metadata.name`,
    `RenderBroken ${cleanup} metadata.name`,
    'RenderBroken ServiceAccount/l2o-schedules metadata.name',
    'RenderBroken Role/l2o-schedules metadata.name',
    'RenderBroken RoleBinding/l2o-schedules metadata.name',
  ]);
});

test('with Secrets for Temporal the two Roles are not taken for each other', () => {
  const temporal = { namespace: 'sales-process', taskQueue: 'l2o-tq', tls: { caSecretRef: { name: 'temporal-ca' } } };
  assert.equal(findings(renderedStream(() => {}, { ...spec, temporal })), []);
});

test.run();
