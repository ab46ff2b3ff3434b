/** `list` and `describe` where not all is to be had: a viewer's rights and less, no CRD, no server, no Process. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createAccount, type Rule } from '../testbed/account.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { startApiGateway } from '../testbed/api-gateway.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { type Credentials, writeKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { applyHealthy, patch, type Ran, run } from '../verify/live-bed.ts';

const test = suite<{ plane: ControlPlane }>('verbs/on-call-access');

test.before(async (context) => {
  context.plane = await startControlPlane();
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

const ask = ({ kubeconfig }: Credentials, ...args: string[]) => run([...args, '--kubeconfig', kubeconfig]);

const account = (plane: ControlPlane, name: string, rules: readonly Rule[]) => createAccount(plane, { namespace: 'sales', name, rules });

const looking = ['get', 'list', 'watch'];
const processes = { apiGroups: ['ameide.io'], resources: ['processes'], verbs: looking };
/** What the role `view` has of it. */
const workloads = [
  { apiGroups: [''], resources: ['pods', 'events', 'configmaps'], verbs: looking },
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: looking },
];

function refused({ code, stdout, stderr }: Ran, expected: RegExp): void {
  assert.match(stderr, expected);
  assert.is(stderr.trim().split('\n').length, 1, stderr);
  assert.is(stdout, '');
  assert.is(code, 1);
}

test('a cluster that does not know Processes', async ({ plane }) => {
  for (const args of [['list'], ['list', '-A'], ['list', '--watch'], ['describe', 'l2o', '-n', 'sales'], ['describe', 'l2o', '-w']])
    refused(await ask(plane, ...args), /^error CrdMissing: the cluster does not know Processes \(ameide\.io\/v1\); apply deploy\/crd/);
});

test('nothing there: no Process is no failure of `list`; `describe` says which names are like it', async ({ plane }) => {
  await installCrd(plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  await applyHealthy(plane);
  const nothing = await ask(plane, 'list', '-n', 'nowhere');
  assert.equal([nothing.code, nothing.stdout, nothing.stderr], [0, '', 'there is no Process in namespace "nowhere"\n']);
  refused(
    await ask(plane, 'describe', 'l20', '-n', 'sales'),
    /^error ProcessNotFound: Process "l20": does not exist in namespace "sales"; there is l2o: apply it, or name its namespace with -n/,
  );
  refused(await ask(plane, 'describe', 'nowhere/l2o', '--watch'), /^error ProcessNotFound: /);
});

test('a server that does not answer, a kubeconfig that is none; as JSON, too', async ({ plane }) => {
  const kubeconfig = `${plane.kubeconfig}.nowhere`;
  writeKubeconfig({ ...plane, url: 'https://127.0.0.1:1', kubeconfig }, { user: 'tester' });
  for (const args of [['list'], ['describe', 'l2o']]) {
    refused(await run([...args, '--kubeconfig', kubeconfig]), /^error ClusterUnreachable: cannot read processes: .*ECONNREFUSED/);
    refused(await run([...args, '--kubeconfig', '/nowhere/at-all']), /^error ClusterUnusable: .*\/nowhere\/at-all/);
    const { code, stdout } = await run([...args, '-o', 'json', '--kubeconfig', '/nowhere/at-all']);
    assert.is(code, 1);
    assert.is((JSON.parse(stdout) as { findings: { tags: { reason: string } }[] }).findings[0]!.tags.reason, 'ClusterUnusable');
  }
});

test('a viewer sees everything', async ({ plane }) => {
  const viewer = await account(plane, 'viewer', [processes, ...workloads]);
  const list = await ask(viewer, 'list', '-n', 'sales');
  assert.match(list.stdout, /^l2o +True +AllReady +3 +1\/1 +/m, list.stderr);
  assert.is(list.code, 0);
  const { code, stdout, stderr } = await ask(viewer, 'describe', 'l2o', '-n', 'sales');
  assert.match(stdout, /^Process sales\/l2o is Ready/);
  assert.match(stdout, /^ {2}l2o-process-a +Running +yes +0 /m);
  assert.match(stdout, /no answer to this machine: .* \(Unreachable\); name an address that it can reach with --temporal-address/);
  assert.match(stdout, /^What to do next\n {2}Nothing: all is well\.\n$/m);
  assert.is(stderr, '');
  assert.is(code, 0);
});

test('a Secret that a viewer may not read is named at Temporal, and nothing else fails', async ({ plane }) => {
  const blind = await account(plane, 'blind', [processes, ...workloads]);
  await patch(plane, 'Process', { spec: { temporal: { apiKeySecretRef: { name: 'temporal-key', key: 'key' } } } });
  const { code, stdout } = await ask(blind, 'describe', 'l2o', '-n', 'sales');
  assert.match(
    stdout,
    /no answer to this machine: Secret "temporal-key" may not be read: have it granted, or look without it \(CredentialsMissing\)/,
  );
  assert.match(stdout, /^ {2}l2o-process-a +Running/m);
  assert.match(stdout, /^ {2}1\. StatusStale: .*\n {5}\$ kubectl get pods -A -l app\.kubernetes\.io\/name=ameide-process$/m);
  assert.is(code, 0);
  await patch(plane, 'Process', { spec: { temporal: { apiKeySecretRef: null } } });
  const { metadata } = (await demand(plane, 'GET', '/apis/ameide.io/v1/namespaces/sales/processes/l2o')) as KubeObject;
  await patch(plane, 'Process', { status: { observedGeneration: metadata.generation } });
});

test('who may read Processes alone sees those, and at each other part why it is not shown', async ({ plane }) => {
  const narrow = await account(plane, 'narrow', [processes]);
  assert.is((await ask(narrow, 'list', '-n', 'sales')).code, 0);
  const { code, stdout } = await ask(narrow, 'describe', 'l2o', '-n', 'sales', '--no-temporal');
  for (const resource of ['deployments.apps', 'pods', 'events'])
    assert.match(stdout, new RegExp(`^ {2}cannot be read: ${resource} is forbidden: User "system:serviceaccount:sales:narrow"`, 'm'));
  assert.match(stdout, /not asked, as --no-temporal says/);
  assert.is(code, 0);
  const { unreadable, process } = JSON.parse((await ask(narrow, 'describe', 'sales/l2o', '-o', 'json', '--no-temporal')).stdout);
  assert.equal([unreadable.length, process.standing], [3, 'Well']);
  const everywhere = await ask(narrow, 'list', '-A');
  refused(everywhere, /^error ClusterForbidden: processes\.ameide\.io is forbidden: .*at the cluster scope/);
});

test('without the right to watch, --watch shows what is there, says so, and ends', async ({ plane }) => {
  const still = await account(plane, 'still', [{ ...processes, verbs: ['get', 'list'] }]);
  for (const args of [['list'], ['describe', 'l2o']]) {
    const { code, stdout, stderr } = await ask(still, ...args, '-n', 'sales', '--watch');
    assert.match(stdout, 'AllReady');
    assert.match(stderr, /^error ClusterForbidden: --watch needs the right to watch: processes\.ameide\.io .*is forbidden.*cannot watch/m);
    assert.is(code, 1);
  }
});

test('so it does when the server refuses late', async ({ plane }) => {
  const gateway = await startApiGateway(plane);
  try {
    const message = 'processes.ameide.io is forbidden: User "late" cannot watch resource "processes"';
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message };
    gateway.intervene((request) => (request.includes('watch=true') ? { code: 403, body, afterMs: 500 } : undefined));
    const { code, stdout, stderr } = await ask(gateway, 'list', '-n', 'sales', '--watch');
    assert.match(stdout, 'AllReady');
    assert.match(stderr, /^error ClusterForbidden: --watch needs the right to watch: .*User "late" cannot watch/m);
    assert.is(code, 1);
  } finally {
    await gateway.stop();
  }
});

test('who may read nothing is told so', async ({ plane }) => {
  const nobody = await account(plane, 'nobody', []);
  for (const args of [['list'], ['describe', 'l2o']])
    refused(await ask(nobody, ...args, '-n', 'sales'), /^error ClusterForbidden: processes/);
});

test('options that do not go together, or are none, are wrong usage', async () => {
  for (const wrong of [
    ['list', '-n', 'sales', '-A'],
    ['list', 'l2o'],
    ['list', '-o', 'yaml'],
    ['describe'],
    ['describe', 'a/b/c'],
    ['describe', 'l2o', '--temporal-address', 'temporal'],
    ['describe', 'l2o', '--temporal-address', 'temporal:0'],
  ]) {
    const { code, stdout, stderr } = await run(wrong);
    assert.is(code, 2, `${wrong.join(' ')}: ${stderr}`);
    assert.is(stdout, '');
    assert.match(stderr, /^error: /);
  }
});

test.run();
