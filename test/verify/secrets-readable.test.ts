/** Rights to read a Process's Secrets: what is not as it was rendered is found, too little and too much. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findings, value, without } from './findings.ts';
import { type Broken, renderedStream } from './rendered-stream.ts';

const test = suite('verify/secrets-readable');

const temporal = {
  namespace: 'sales-process',
  taskQueue: 'l2o-tq',
  tls: { caSecretRef: { name: 'temporal-ca' }, clientCertificateSecretRef: { name: 'temporal-client' } },
  apiKeySecretRef: { name: 'temporal-client', key: 'token' },
};
const role = 'Role/l2o-temporal-secrets';
const binding = 'RoleBinding/l2o-temporal-secrets';
const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: ['temporal-ca', 'temporal-client'], verbs: ['get'] };

test('what was rendered passes, in the order in which it was rendered', () => {
  const stream = renderedStream(() => {}, { temporal });
  assert.equal(findings(stream), []);
  assert.equal(
    stream.map(({ kind }) => kind),
    ['Process', 'ConfigMap', 'ConfigMap', 'Deployment', 'Role', 'RoleBinding'],
  );
  assert.equal(stream[4]!.rules, [rule]);
});

const broken: Record<string, [change: (seen: Broken) => void, found: string[]]> = {
  'no Role': [(seen) => without(seen, seen.rights[0]), ['RenderBroken Process/l2o spec.temporal']],
  'no binding': [(seen) => without(seen, seen.rights[1]), ['RenderBroken Process/l2o spec.temporal']],
  'neither of them': [
    (seen) => without(seen, ...seen.rights),
    ['RenderBroken Process/l2o spec.temporal', 'RenderBroken Process/l2o spec.temporal'],
  ],
  'one Secret less': [
    ({ rights }) => {
      rights[0]!.rules = value([{ ...rule, resourceNames: ['temporal-ca'] }]);
    },
    [`RenderBroken ${role} rules`],
  ],
  'every Secret': [
    ({ rights }) => {
      rights[0]!.rules = value([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    },
    [`RenderBroken ${role} rules`],
  ],
  'a rule more': [
    ({ rights }) => {
      rights[0]!.rules = value([rule, { apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    },
    [`RenderBroken ${role} rules`],
  ],
  'somebody more': [
    ({ rights }) => {
      const account = { kind: 'ServiceAccount', name: 'default', namespace: 'sales' };
      rights[1]!.subjects = value([...(rights[1]!.subjects as unknown as object[]), account]);
    },
    [`RenderBroken ${binding} subjects`],
  ],
  everybody: [
    ({ rights }) => {
      rights[1]!.subjects = value([{ kind: 'Group', name: 'system:authenticated', apiGroup: 'rbac.authorization.k8s.io' }]);
    },
    [`RenderBroken ${binding} subjects`],
  ],
  'another Role': [
    ({ rights }) => {
      rights[1]!.roleRef!.name = value('other');
    },
    [`RenderBroken ${binding} roleRef`],
  ],
  'a ClusterRole': [
    ({ rights }) => {
      rights[1]!.roleRef!.kind = value('ClusterRole');
    },
    [`RenderBroken ${binding} roleRef`],
  ],
  'another namespace': [
    ({ rights }) => {
      rights[0]!.metadata!.namespace = value('other');
    },
    [`RenderBroken ${role} metadata.namespace`],
  ],
};

for (const [what, [change, found]] of Object.entries(broken)) {
  test(`fails: ${what}`, () => assert.equal(findings(renderedStream(change, { temporal })), found));
}

test('fails: rights that the Process has no use for any more', () => {
  const { rights } = keep(temporal);
  const stream = renderedStream((seen) => {
    seen.items.push(...rights);
  });
  assert.equal(findings(stream), [`RenderBroken ${role} metadata.name`, `RenderBroken ${binding} metadata.name`]);
});

/** What is rendered for a Process with these settings of Temporal. */
function keep(settings: object): Broken {
  let kept: Broken | undefined;
  renderedStream(
    (seen) => {
      kept = structuredClone(seen);
    },
    { temporal: settings },
  );
  return kept!;
}

test.run();
