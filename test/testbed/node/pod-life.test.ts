/** Pods of the stand-in node that wait, crash, hang, end and are deleted: the status is what a kubelet would say. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand } from '../api.ts';
import { apply } from '../apply.ts';
import { until } from '../until.ts';
import { type Bed, close, createPod, isReady, open } from './shell-pods.ts';

const test = suite<Bed>('life of a pod');
/** A probe that is well while there is such a file. */
const exec = (file: string) => ({ exec: { command: ['test', '-e', file] }, periodSeconds: 1, failureThreshold: 1 });
test.before(open);
test.after(close);

const forEver = 'while :; do sleep 0.1; done';

test('a crash loop: restarts, back-off, and how it ended last', async (bed) => {
  const pod = await createPod(bed, { name: 'crashes', script: 'echo run; exit 3' });
  const seen = await pod.until('a second back-off', ({ restartCount, state }) => restartCount === 2 && state.waiting !== undefined);
  assert.is(seen.state.waiting?.reason, 'CrashLoopBackOff');
  assert.match(seen.state.waiting?.message ?? '', /^back-off 1s restarting failed container=main pod=crashes_default\(/);
  assert.equal([seen.lastState.terminated?.exitCode, seen.lastState.terminated?.reason], [3, 'Error']);
  assert.not(isReady(await pod.status()));
  assert.is(pod.logs(), 'run\nrun\nrun\n');
});

test('an image that the node does not have is asked for until it does', async (bed) => {
  const pod = await createPod(bed, { name: 'image', script: forEver, container: { image: 'example.org/later@sha256:0' } });
  await pod.until('ErrImagePull', ({ state }) => state.waiting?.reason === 'ErrImagePull');
  const { state } = await pod.until('ImagePullBackOff', ({ state }) => state.waiting?.reason === 'ImagePullBackOff');
  assert.match(state.waiting?.message ?? '', 'example.org/later@sha256:0');
  bed.node.images.set('example.org/later', { entrypoint: ['/bin/sh', '-c'] });
  await pod.until('it to run', (_, status) => isReady(status));
});

test('a Secret that a variable needs is waited for', async (bed) => {
  const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'late', key: 'key' } } }];
  const pod = await createPod(bed, { name: 'secret', script: `echo $KEY; ${forEver}`, container: { env } });
  const { state } = await pod.until('an error', ({ state }) => state.waiting?.reason === 'CreateContainerConfigError');
  assert.is(state.waiting?.message, 'secret "late" not found');
  await apply(bed.plane, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'late' }, stringData: { key: 'k' } }]);
  await pod.until('it to run', (_, status) => isReady(status));
  await until({ what: 'what it says', look: pod.logs, isSo: (text) => text === 'k\n' });
});

test('a program that cannot be started is a StartError', async (bed) => {
  const volumes = [{ name: 'v', emptyDir: {} }];
  const container = { volumeMounts: [{ name: 'v', mountPath: '/no-such-folder-of-root/here' }] };
  const pod = await createPod(bed, { name: 'start', container, spec: { restartPolicy: 'Never', volumes } });
  const { state } = await pod.until('its end', (_, { phase }) => phase === 'Failed');
  assert.equal([state.terminated?.reason, state.terminated?.exitCode], ['StartError', 128]);
  assert.match(state.terminated?.message ?? '', 'cannot mount at /no-such-folder-of-root/here');
});

test('the end of a pod that requests resources is told as well', async (bed) => {
  const container = { resources: { requests: { cpu: '1m' }, limits: { memory: '64Mi' } } };
  const pod = await createPod(bed, { name: 'requests', script: 'echo done', container, spec: { restartPolicy: 'Never' } });
  await pod.until('its end', (_, { phase }) => phase === 'Succeeded');
});

test('readiness follows its probe, after startup', async (bed) => {
  const container = {
    startupProbe: { ...exec('/run/v/started'), failureThreshold: 30 },
    readinessProbe: exec('/run/v/ready'),
    volumeMounts: [{ name: 'v', mountPath: '/run/v' }],
  };
  const script = `on() { [ -e $1 ] && rm $1 || touch $1; }; trap 'on /run/v/started' HUP; trap 'on /run/v/ready' ALRM; echo up; ${forEver}`;
  const pod = await createPod(bed, { name: 'probes', script, container, spec: { volumes: [{ name: 'v', emptyDir: {} }] } });
  await pod.until('it to run', ({ state, started, ready }) => state.running !== undefined && !started && !ready);
  await pod.untilUp();
  await bed.node.signal(pod, 'SIGALRM');
  await bed.node.signal(pod, 'SIGHUP');
  await pod.until('ready', ({ started }, status) => started && isReady(status));
  await bed.node.signal(pod, 'SIGALRM');
  await pod.until('not ready', ({ started }, status) => started && !isReady(status));
});

test('liveness: who does not answer is restarted', async (bed) => {
  const livenessProbe = { tcpSocket: { port: 9 }, periodSeconds: 1, failureThreshold: 1, terminationGracePeriodSeconds: 15 };
  const pod = await createPod(bed, {
    name: 'liveness',
    // Process 1 hears no signal before it has a handler: only then the probes begin.
    script: `trap 'echo asked; exit 5' TERM; touch /run/v/started; ${forEver}`,
    container: {
      livenessProbe,
      startupProbe: { ...exec('/run/v/started'), failureThreshold: 60 },
      volumeMounts: [{ name: 'v', mountPath: '/run/v' }],
    },
    spec: { volumes: [{ name: 'v', emptyDir: {} }] },
  });
  const { lastState } = await pod.until('a restart', ({ restartCount }) => restartCount > 0);
  assert.is(lastState.terminated?.exitCode, 5);
  assert.match(pod.logs(), 'asked\n');
  const events = (await demand(bed.plane, 'GET', '/api/v1/namespaces/default/events')) as { items: { reason: string; message: string }[] };
  assert.ok(events.items.some(({ reason, message }) => reason === 'Unhealthy' && message.startsWith('Liveness probe failed')));
});

test('jobs end: Succeeded, Failed, or after tries', async (bed) => {
  const good = await createPod(bed, { name: 'good', script: 'true', spec: { restartPolicy: 'Never' } });
  const bad = await createPod(bed, { name: 'bad', script: 'exit 4', spec: { restartPolicy: 'Never' } });
  const volumes = [{ name: 'v', emptyDir: {} }];
  const container = { volumeMounts: [{ name: 'v', mountPath: '/run/v' }] };
  const second = { name: 'second', script: 'test -e /run/v/tried || { touch /run/v/tried; exit 1; }', container };
  const tries = await createPod(bed, { ...second, spec: { restartPolicy: 'OnFailure', volumes } });
  const done = await good.until('success', (_, { phase }) => phase === 'Succeeded');
  assert.equal([done.state.terminated?.reason, done.ready], ['Completed', false]);
  assert.is((await bad.until('failure', (_, { phase }) => phase === 'Failed')).state.terminated?.exitCode, 4);
  assert.is((await tries.until('success', (_, { phase }) => phase === 'Succeeded')).restartCount, 1);
  await good.remove();
  await good.untilGone();
});

test('deletion: SIGTERM, and SIGKILL when the grace is over', async (bed) => {
  const polite = await createPod(bed, {
    name: 'polite',
    script: `trap 'echo bye; sleep 1; echo still here; exit 0' TERM; echo up; ${forEver}`,
    spec: { terminationGracePeriodSeconds: 30 },
  });
  const deaf = await createPod(bed, {
    name: 'deaf',
    script: `trap '' TERM; echo up; ${forEver}`,
    spec: { terminationGracePeriodSeconds: 1 },
  });
  for (const pod of [polite, deaf]) await pod.untilUp();
  const started = Date.now();
  await Promise.all([polite.remove(), deaf.remove()]);
  await Promise.all([polite.untilGone(), deaf.untilGone()]);
  assert.ok(Date.now() - started >= 1000, 'the deaf one had its grace');
  assert.is(polite.logs(), 'up\nbye\nstill here\n');
});

test('a forced deletion ends the process, too', async (bed) => {
  const pod = await createPod(bed, {
    name: 'forced',
    script: `trap '' TERM; echo up; ${forEver}`,
    spec: { terminationGracePeriodSeconds: 60 },
  });
  await pod.untilUp();
  await pod.remove('?gracePeriodSeconds=0');
  await until({ what: 'its end', look: () => bed.node.signal(pod, 'SIGCONT').then(() => 'runs', String), isSo: (seen) => seen !== 'runs' });
});

test('killed behind its back, a container is started again; frozen, it stands still', async (bed) => {
  const script = 'while :; do touch /run/v/beat; sleep 0.2; done';
  const recent = 'test $(($(date +%s) - $(stat -c %Y /run/v/beat))) -le 1';
  const readinessProbe = { exec: { command: ['sh', '-c', recent] }, periodSeconds: 1, failureThreshold: 1 };
  const container = { readinessProbe, volumeMounts: [{ name: 'v', mountPath: '/run/v' }] };
  const pod = await createPod(bed, { name: 'killed', script, container, spec: { volumes: [{ name: 'v', emptyDir: {} }] } });
  await pod.until('ready', (_, status) => isReady(status));
  await bed.node.signal(pod, 'SIGSTOP');
  await pod.until('not ready', (_, status) => !isReady(status));
  await bed.node.signal(pod, 'SIGCONT');
  await pod.until('ready again', ({ restartCount }, status) => isReady(status) && restartCount === 0);
  await bed.node.signal(pod, 'SIGKILL');
  const { lastState } = await pod.until('a restart', ({ restartCount }, status) => restartCount === 1 && isReady(status));
  assert.equal([lastState.terminated?.exitCode, lastState.terminated?.reason], [137, 'Error']);
});

test('the API server is away: pods go on, and their status follows when it is back', async (bed) => {
  const pod = await createPod(bed, { name: 'survives', script: `trap 'exit 9' HUP; echo up; ${forEver}` });
  await pod.until('ready', (_, status) => isReady(status));
  await pod.untilUp();
  await bed.plane.kill('kube-apiserver');
  await bed.node.signal(pod, 'SIGHUP');
  await bed.plane.restart('kube-apiserver');
  assert.is((await pod.until('a restart', ({ restartCount }) => restartCount === 1)).lastState.terminated?.exitCode, 9);
  await pod.remove();
  await pod.untilGone();
});

test.run();
