/** The faults that tests of the status inject: each does to Kubernetes and Temporal what it says. */
import proto from '@temporalio/proto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../testbed/apply.ts';
import { type Bed, brief, close, namespace, newTeam, open, patiently, pods, processOf, readyPod } from './bed.ts';

const test = suite<Bed>('faulty workers');
const { TASK_QUEUE_TYPE_WORKFLOW: workflow, TASK_QUEUE_TYPE_ACTIVITY: activity } = proto.temporal.api.enums.v1.TaskQueueType;
const faults = ['none', 'other-queue', 'never-polls', 'custom-identity', 'activity-only', 'versioned', 'crashes'];
const ready: Record<string, string> = {};

/** All at once: it is the processor that is waited for. */
test.before(async (bed) => {
  await open(bed);
  newTeam(bed);
  const { team, plane } = bed;
  for (const fault of faults) {
    team.write(`definitions/t123/${fault}/1.json`, { steps: [] });
    const env = [
      { name: 'FAULT', value: fault },
      { name: 'FAULT_AFTER', value: '4' },
    ];
    team.write(`processes/${fault}.yaml`, processOf(fault, { env }, 'example.org/faulty-worker:1'));
  }
  team.run('pin');
  team.run('render');
  await apply(plane, team.objects());
  // A worker that crashes is not waited for.
  for (const fault of faults.slice(0, -1)) ready[fault] = (await readyPod(bed, fault)).metadata.name;
});
test.after(async (bed) => {
  bed.team?.remove();
  await close(bed);
});

async function pollers({ connection }: Bed, queue: string, taskQueueType: number) {
  const answer = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType });
  return (answer.pollers ?? []).map(({ identity, deploymentOptions }) => ({ identity, build: deploymentOptions?.buildId }));
}

test('none: the identity of the pollers is that of process 1 in the pod', async (bed) => {
  const expected = [{ identity: `1@${ready.none}`, build: undefined }];
  assert.equal(await untilPolled(bed, 'none-tq', workflow), expected);
  assert.equal(await pollers(bed, 'none-tq', activity), expected);
});

test('other-queue: the pod is ready and polls elsewhere', async (bed) => {
  await untilPolled(bed, 'other-queue-tq-other', workflow);
  assert.equal(await pollers(bed, 'other-queue-tq', workflow), []);
});

test('never-polls: the pod is ready, and nothing polls', async (bed) => {
  assert.equal(await pollers(bed, 'never-polls-tq', workflow), []);
  assert.equal(await pollers(bed, 'never-polls-tq', activity), []);
});

test('custom-identity: nobody can tell the pod', async (bed) => {
  assert.equal(await untilPolled(bed, 'custom-identity-tq', workflow), [{ identity: 'a-worker-of-ours', build: undefined }]);
});

test('activity-only: no workflow pollers', async (bed) => {
  await untilPolled(bed, 'activity-only-tq', activity);
  assert.equal(await pollers(bed, 'activity-only-tq', workflow), []);
});

test('versioned: it polls for a version that nobody made the current one', async (bed) => {
  const [poller] = await untilPolled(bed, 'versioned-tq', workflow);
  assert.equal(poller, { identity: `1@${ready.versioned}`, build: 'build-1' });
});

test('crashes: again and again, a while after it polled', async (bed) => {
  const look = async () => (await pods(bed, 'crashes')).map(brief);
  const [seen] = await patiently({ what: 'restarts', look, isSo: ([pod]) => (pod?.worker?.restartCount ?? 0) > 0 });
  assert.is(seen?.worker?.lastState.terminated?.exitCode, 1);
  await untilPolled(bed, 'crashes-tq', workflow);
});

function untilPolled(bed: Bed, queue: string, type: number) {
  return patiently({ what: `pollers of ${queue}`, look: () => pollers(bed, queue, type), isSo: ({ length }) => length > 0 });
}

test.run();
