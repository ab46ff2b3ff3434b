import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { demand } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import {
  type Bed,
  brief,
  close,
  deploy,
  newTeam,
  open,
  patiently,
  pods,
  processOf,
  readyPod,
  resultOf,
  step,
  untilLogged,
  waiting,
  waitingReason,
} from './bed.ts';

const test = suite<Bed>('workers in pods');

test.before(open);
test.after(close);
test.before.each(newTeam);
test.after.each(({ team }) => team.remove());

test('a worker that is deleted ends gracefully, and another goes on at once', async (bed) => {
  const { team, client, plane, node } = bed;
  team.write('definitions/t123/refunds/1.json', { steps: [waiting, step('end')] });
  team.write('processes/refunds.yaml', processOf('refunds'));
  await deploy(bed);
  const { metadata } = await readyPod(bed, 'refunds');
  const handle = await startProcess(client, { workflowId: 'refunds-1', taskQueue: 'refunds-tq' });
  await patiently({ what: 'progress', look: () => handle.query<{ step?: string }>('progress'), isSo: ({ step }) => step === 'approve' });
  await demand(plane, 'DELETE', `/api/v1/namespaces/default/pods/${metadata.name}`);
  const next = await readyPod(bed, 'refunds', (pod) => pod.metadata.name !== metadata.name);
  assert.match(node.logs(metadata), '"state":"STOPPED"');
  await handle.signal('approved');
  await resultOf(bed, handle, next);
  // A worker that did not say goodbye leaves its tasks to time out on the queue of its own.
  const { events } = await handle.fetchHistory();
  assert.equal(
    events?.filter(({ workflowTaskTimedOutEventAttributes: timedOut }) => timedOut),
    [],
  );
  await untilLogged(bed, next, 'step end: test.end');
});

test('a blocked event loop is found by the liveness probe, and the worker works again', async (bed) => {
  const { team, client, node } = bed;
  team.write('definitions/t123/reviews/1.json', { steps: [step('only')] });
  team.write('processes/reviews.yaml', processOf('reviews', { env: [{ name: 'FAULT', value: 'blocks' }] }, 'example.org/faulty-worker:1'));
  await deploy(bed);
  const pod = await readyPod(bed, 'reviews');
  await node.signal(pod.metadata, 'SIGHUP');
  const handle = await startProcess(client, { workflowId: 'reviews-1', taskQueue: 'reviews-tq' });
  const [restarted] = await patiently({
    what: 'a restart',
    look: () => pods(bed, 'reviews').then((seen) => seen.map(brief)),
    isSo: ([pod]) => pod?.isReady === true && (pod.worker?.restartCount ?? 0) > 0,
  });
  assert.is(restarted?.worker?.lastState.terminated?.exitCode, 137, 'it did not hear SIGTERM');
  assert.equal((await resultOf(bed, handle, pod)).done, ['only']);
});

test('without its ConfigMap a pod waits, and runs once it is there', async (bed) => {
  const { team, plane } = bed;
  team.write('definitions/t123/audits/1.json', { steps: [] });
  team.write('processes/audits.yaml', processOf('audits'));
  team.run('pin');
  team.run('render');
  const [configMap, ...others] = team.objects();
  assert.is(configMap!.kind, 'ConfigMap');
  await apply(plane, others);
  await patiently({ what: 'ContainerCreating', look: waitingReason(bed, 'audits'), isSo: (reason) => reason === 'ContainerCreating' });
  const events = async () =>
    ((await demand(plane, 'GET', '/api/v1/namespaces/default/events')) as { items: { reason: string; message: string }[] }).items;
  await patiently({
    what: 'an event that names it',
    look: events,
    isSo: (seen) =>
      seen.some(({ reason, message }) => reason === 'FailedMount' && message.includes(`configmap "${configMap!.metadata.name}" not found`)),
  });
  await apply(plane, [configMap!]);
  await readyPod(bed, 'audits');
});

test('a worker of a namespace that is not there crash-loops', async (bed) => {
  const { team } = bed;
  team.write('definitions/t123/returns/1.json', { steps: [] });
  const broken = processOf('returns');
  team.write('processes/returns.yaml', {
    ...broken,
    spec: { ...broken.spec, temporal: { namespace: 'nowhere', taskQueue: 'returns-tq' } },
  });
  await deploy(bed);
  await patiently({ what: 'CrashLoopBackOff', look: waitingReason(bed, 'returns'), isSo: (reason) => reason === 'CrashLoopBackOff' });
});

test.run();
