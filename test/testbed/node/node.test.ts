/** What a container finds on the stand-in node: environment, files, host name, token. */
import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand, type KubeObject, request } from '../api.ts';
import { apply } from '../apply.ts';
import { until } from '../until.ts';
import { type Bed, close, createPod, open } from './shell-pods.ts';

const test = suite<Bed>('node');
test.before(open);
test.after(close);

const once = { restartPolicy: 'Never' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'red', size: 'large' } };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { token: 's3cret' } };

test('it is a Ready node that renews its lease', async ({ plane, node }) => {
  const live = (await demand(plane, 'GET', `/api/v1/nodes/${node.name}`)) as KubeObject & {
    status: { conditions: { type: string; status: string }[] };
  };
  assert.is((live.metadata.labels as Record<string, string>)['ameide.io/testbed-node'], 'real');
  assert.ok(live.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True'));
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node.name}`;
  await until({ what: 'its lease', look: () => request(plane, 'GET', path), isSo: ({ code }) => code === 200 });
});

test('variables: literal, expanded, from ConfigMap, Secret and the pod itself', async (bed) => {
  await apply(bed.plane, [configMap, secret]);
  const from = (kind: string, name: string, key: string, optional = false) => ({ valueFrom: { [kind]: { name, key, optional } } });
  const env = [
    { name: 'A', value: 'one' },
    { name: 'B', value: '$(A) $$(A) $(NOWHERE) $A' },
    { name: 'C', ...from('configMapKeyRef', 'settings', 'colour') },
    { name: 'D', ...from('secretKeyRef', 'key', 'token') },
    { name: 'E', ...from('secretKeyRef', 'absent', 'token', true) },
    { name: 'F', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
    { name: 'with.dots', value: 'kept' },
  ];
  const envFrom = [{ prefix: 'S_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'absent', optional: true } }];
  // `env` itself: a shell would drop names that are none to it.
  const container = { command: ['env'], args: ['ARGUMENT=$(A)'], env, envFrom };
  const pod = await createPod(bed, { name: 'variables', container, spec: once });
  await pod.until('its end', (_, { phase }) => phase === 'Succeeded');
  const known = /^(PATH|HOME|KUBERNETES_SERVICE_HOST|KUBERNETES_SERVICE_PORT)=./;
  const seen = pod.logs().trim().split('\n');
  assert.is(seen.filter((line) => known.test(line)).length, 4);
  const rest = ['A=one', 'ARGUMENT=one', 'B=one $(A) $(NOWHERE) $A', 'C=red', 'D=s3cret', 'F=shell', 'S_colour=red', 'S_size=large'];
  assert.equal(seen.filter((line) => !known.test(line)).sort(), [...rest, 'with.dots=kept']);
});

test('files: ConfigMaps and Secrets read-only, at their paths, and nothing of it on the machine', async (bed) => {
  await apply(bed.plane, [configMap, secret]);
  const sources = [
    { configMap: { name: 'settings', items: [{ key: 'colour', path: 'deep/down/colour' }] } },
    { secret: { name: 'key' } },
    { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
    { configMap: { name: 'absent', optional: true } },
  ];
  const volumes = [
    { name: 'all', projected: { sources } },
    { name: 'tmp', emptyDir: {} },
  ];
  const volumeMounts = [
    { name: 'all', mountPath: '/etc/process-definition' },
    { name: 'all', mountPath: '/tmp/a-place/of/its-own', subPath: 'deep' },
    { name: 'tmp', mountPath: '/tmp' },
  ];
  const script = `cd /etc/process-definition; find . -type f | sort; cat deep/down/colour token name; echo
    find /tmp/a-place -type f; grep temporal /etc/hosts; head -c4 /etc/passwd; echo
    echo free >/tmp/mine && echo wrote /tmp; for file in /etc/process-definition/x /etc/x /x; do touch $file 2>/dev/null && echo wrote $file; done; true`;
  const securityContext = { readOnlyRootFilesystem: true };
  const pod = await createPod(bed, { name: 'files', script, container: { volumeMounts, securityContext }, spec: { ...once, volumes } });
  await pod.until('its end', (_, { phase }) => phase === 'Succeeded' || phase === 'Failed');
  assert.equal(pod.logs().trim().split('\n'), [
    './deep/down/colour',
    './name',
    './token',
    'reds3cretfiles',
    '/tmp/a-place/of/its-own/down/colour',
    '127.0.0.7 temporal-frontend',
    'root',
    'wrote /tmp',
  ]);
  assert.not(existsSync('/etc/process-definition'));
});

test('two containers share an emptyDir, and each is process 1 of a pod with its own name', async (bed) => {
  const name = `pod-with-a-name-of-more-than-63-characters-${'x'.repeat(19)}-${'y'.repeat(30)}`;
  const volumeMounts = [{ name: 'shared', mountPath: '/run/shared' }];
  const container = (own: string, script: string) => ({ name: own, image: 'shell', args: [script], volumeMounts });
  const writer = container('writer', 'hostname; echo $$$$; echo hello >/run/shared/new; mv /run/shared/new /run/shared/text');
  const reader = container('reader', 'until cat /run/shared/text 2>/dev/null; do sleep 0.1; done');
  const pod = await createPod(bed, { name, spec: { ...once, containers: [writer, reader], volumes: [{ name: 'shared', emptyDir: {} }] } });
  await pod.until('its end', (_, { phase }) => phase === 'Succeeded');
  assert.equal(pod.logs().split('\n'), [`${name.slice(0, 62)}`, '1', '']);
  assert.is(bed.node.logs({ ...pod, container: 'reader' }), 'hello\n');
});

test('a service account token that the API server believes, and where that is', async (bed) => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'sidecar', namespace: 'default' } };
  await apply(bed.plane, [account]);
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
  const script = `echo "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT"; cat ${folder}/namespace; echo; head -1 ${folder}/ca.crt; cat ${folder}/token`;
  const pod = await createPod(bed, {
    name: 'token',
    script,
    spec: { ...once, serviceAccountName: 'sidecar', automountServiceAccountToken: true },
  });
  await pod.until('its end', (_, { phase }) => phase === 'Succeeded');
  const [url, namespace, ca, token] = pod.logs().split('\n');
  assert.equal([url, namespace, ca], [bed.plane.url, 'default', '-----BEGIN CERTIFICATE-----']);
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const asPod = { url: bed.plane.url, caFile: bed.plane.caFile, token: token! };
  const { status } = (await demand(asPod, 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review)) as {
    status: { userInfo: { username: string; extra: Record<string, string[]> } };
  };
  assert.is(status.userInfo.username, 'system:serviceaccount:default:sidecar');
  assert.equal(status.userInfo.extra['authentication.kubernetes.io/pod-name'], ['token']);
});

test.run();
