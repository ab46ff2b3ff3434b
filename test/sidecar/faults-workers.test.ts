/** Workers that crash, hang, are killed, poll elsewhere or not at all, on real pods: each shows with the words that say which, and heals. */
import { Connection } from '@temporalio/client';
import * as assert from 'uvu/assert';
import { demand } from '../testbed/api.ts';
import { exampleWorker } from '../testbed/node/images.ts';
import { until } from '../testbed/until.ts';
import { edit, faulty, podsOf, temporalNamespace, workerProbes } from './live-bed.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

const crashes: Story = {
  title: 'a worker that crashes again and again after it was ready, and a commit that mends it',
  processes: { crashes: faulty('crashes') },
  tell: async (stage) => {
    await becomesReady(stage, 'crashes');
    const exits = { WorkloadReady: /^False PodsNotReady: 0 of 1 pods are available; pod "crashes-process-.*exit code 1/ };
    await signalOnlyPod(stage, 'crashes', 'SIGHUP');
    await stage.says('crashes', { ...exits, Ready: /^False PodsNotReady/ });
    // The second crash is not answered at once: CrashLoopBackOff.
    await untilRunning(stage, 'crashes', 1);
    await signalOnlyPod(stage, 'crashes', 'SIGHUP');
    await stage.says('crashes', { WorkloadReady: /crashes \(CrashLoopBackOff, \d+ restarts?, last ended with exit code 1\)/ });
    await stage.commit('crashes', {});
    await stage.says('crashes', isReady);
  },
};

const killed: Story = {
  title: 'a worker that is killed is not Ready from the poll that its end broke, and is again when it polls again',
  processes: { killed: {} },
  tell: async (stage) => {
    await becomesReady(stage, 'killed');
    const from = stage.statuses.of('killed').length;
    await signalOnlyPod(stage, 'killed', 'SIGKILL');
    await stage.says('killed', { Ready: /^False PodsNotReady/, WorkloadReady: /exit code 137/ });
    await stage.says('killed', isReady);
    const words = stage.statuses
      .of('killed')
      .slice(from)
      .map(({ conditions }) => conditions.Ready!);
    assert.ok(
      words.slice(0, -1).every((word) => word.startsWith('False')),
      words.join('\n'),
    );
  },
};

const halfFrozen: Story = {
  title: 'one of two workers frozen: degraded, with its name; its liveness probe restarts it',
  processes: { half: { worker: { ...workerProbes, replicas: 2 } } },
  tell: async (stage) => {
    await becomesReady(stage, 'half');
    const [pod] = await podsOf(stage, 'half');
    await stage.node.signal(pod!, 'SIGSTOP');
    const lost = new RegExp(`^True WorkersPartlyLost: 1 of 2 pods are ready; pod "${pod!.name}" runs, but its readiness probe fails`);
    await stage.says('half', { Degraded: lost, Ready: /^False/, WorkloadReady: /^False PodsNotReady: 1 of 2/ });
    await stage.says('half', isReady);
    assert.is((await podsOf(stage, 'half')).find(({ name }) => name === pod!.name)!.restarts, 1);
  },
};

const blocked: Story = {
  title: 'a worker whose event loop is blocked polls on; its probes tell, and restart it',
  processes: { blocked: faulty('blocks') },
  tell: async (stage) => {
    await becomesReady(stage, 'blocked');
    await signalOnlyPod(stage, 'blocked', 'SIGHUP');
    await stage.says('blocked', { Ready: /^False PodsNotReady: .*readiness probe fails/ });
    await stage.says('blocked', isReady);
    assert.is((await podsOf(stage, 'blocked'))[0]!.restarts, 1);
  },
};

const silent: Story = {
  title: 'workers that are ready and do not poll, or poll another queue, are not Ready; a commit mends each',
  processes: { silent: faulty('never-polls'), elsewhere: faulty('other-queue') },
  tell: async (stage) => {
    for (const name of ['silent', 'elsewhere']) {
      await stage.sync(name);
      const words = new RegExp(`^False WaitingForPollers: the pods run; none of them has polled "${name}-tq" yet`);
      await stage.says(name, { WorkloadReady: /^True/, WorkersReady: words, Ready: /^False/, TemporalHealthy: /^True/ });
    }
    for (const name of ['silent', 'elsewhere']) {
      await stage.commit(name, {});
      await stage.says(name, isReady);
    }
  },
};

const versioned: Story = {
  title: 'versioned workers get nothing until their version is the current one',
  processes: { versioned: faulty('versioned') },
  tell: async (stage) => {
    await stage.sync('versioned');
    const words = /^False NoCurrentVersion: these workers are of version "versioned-tq:build-1", but no version is current/;
    await stage.says('versioned', { WorkersReady: words, Ready: /^False NoCurrentVersion/, Stalled: /^True NoCurrentVersion/ });
    await makeCurrent(stage, 'versioned-tq', 'build-1');
    await stage.says('versioned', isReady);
  },
};

const image: Story = {
  title: 'an image that does not exist: the roll-out tells, then is stuck; it heals when the image is there',
  processes: { pulls: { image: 'nothing-like-it:1' } },
  tell: async (stage) => {
    await stage.sync('pulls');
    await stage.says('pulls', { WorkloadReady: /^False .*waits: (ErrImagePull|ImagePullBackOff): .*nothing-like-it:1/, Ready: /^False/ });
    await edit(stage, stage.object('pulls', 'Deployment'), { spec: { progressDeadlineSeconds: 3 } });
    await stage.says('pulls', { WorkloadReady: /^False RolloutStuck: .*nothing-like-it/, Stalled: /^True RolloutStuck/ });
    stage.node.images.set('nothing-like-it', exampleWorker);
    await stage.says('pulls', isReady);
  },
};

const unschedulable: Story = {
  title: 'no node takes the pods, until one does',
  processes: { homeless: { worker: { ...workerProbes, nodeSelector: { 'disk.example.org/kind': 'fast' } } } },
  tell: async (stage) => {
    await stage.sync('homeless');
    await stage.says('homeless', { WorkloadReady: /^False .*cannot be scheduled: 0\/1 nodes are available/, Ready: /^False/ });
    const labels = { 'disk.example.org/kind': 'fast' };
    await demand(stage.plane, 'PATCH', `/api/v1/nodes/${stage.node.name}`, { metadata: { labels } });
    await stage.says('homeless', isReady);
  },
};

const unusual: Story = {
  title: 'workers with an identity of their own, and workers for activities only, are Ready',
  processes: { custom: faulty('custom-identity'), activities: faulty('activity-only') },
  tell: async (stage) => {
    await stage.sync('custom');
    await stage.sync('activities');
    await stage.says('custom', { ...isReady, WorkersReady: /is polled by 1 worker with a custom identity/ });
    await stage.says('activities', { ...isReady, WorkersReady: /is polled for activities only by 1 of 1 pod/ });
  },
};

async function signalOnlyPod(stage: Stage, process: string, signal: NodeJS.Signals): Promise<void> {
  const pods = await podsOf(stage, process);
  assert.is(pods.length, 1);
  await stage.node.signal(pods[0]!, signal);
}

/** And has answered its probes, so that it hears signals. */
async function untilRunning(stage: Stage, process: string, restarts: number): Promise<void> {
  await until({
    what: `${process} to run again`,
    look: () => podsOf(stage, process),
    isSo: ([pod]) => pod?.restarts === restarts && pod.isReady,
    limitMs: 30_000,
  });
}

async function makeCurrent({ temporal }: Stage, deploymentName: string, buildId: string): Promise<void> {
  const connection = Connection.lazy({ address: temporal.address });
  const request = { namespace: temporalNamespace, deploymentName, buildId, identity: 'tester' };
  try {
    // Right after a worker is there Temporal does not know all of its queues yet.
    await until({
      what: `${buildId} to be made current`,
      look: () => connection.workflowService.setWorkerDeploymentCurrentVersion(request),
      isSo: () => true,
      limitMs: 30_000,
    });
  } finally {
    await connection.close();
  }
}

tellStories('faults of workers', [crashes, killed, halfFrozen, blocked, silent, versioned, image, unschedulable, unusual], {
  node: { backOff: { firstMs: 4_000, longestMs: 20_000 } },
});
