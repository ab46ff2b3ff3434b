/** How soon it shows that workers do not poll, though all their pods are ready. Measured; the numbers stand in docs/status.md. */
import * as assert from 'uvu/assert';
import { faulty, podsOf } from './live-bed.ts';
import type { Expected } from './live-statuses.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

/** Pods that are ready as long as their process is there. */
const noProbes = { livenessProbe: undefined, readinessProbe: undefined, startupProbe: undefined };

/** An entry is fresh for 75 s; to the stated times a busy machine may add something. */
const busyMs = 15_000;
const stopped = { atLeastMs: 70_000, atMostMs: 95_000 + busyMs };
/** The server itself ends the poll of a frozen worker, which refreshes its entry once more. */
const frozen = { atLeastMs: 70_000, atMostMs: 155_000 + busyMs };
/** While others poll, the queue is asked about once a minute. */
const oneOfTwo = { atLeastMs: 70_000, atMostMs: 140_000 };

async function measure(stage: Stage, name: string, expected: Expected, { atLeastMs, atMostMs }: typeof frozen): Promise<void> {
  const since = Date.now();
  const { at } = await stage.says(name, expected, atMostMs + 15_000);
  console.log(`${name}: seen after ${((at - since) / 1000).toFixed(1)} s`);
  assert.ok(at - since >= atLeastMs && at - since <= atMostMs, `${name}: seen after ${at - since} ms`);
}

const words = (name: string) => new RegExp(`^False (NoPollers|WaitingForPollers): .*"${name}-tq"`);

const stops: Story = {
  title: 'a worker that stops polling while its process lives',
  processes: { stops: faulty('stops-polling', noProbes) },
  tell: async (stage) => {
    await becomesReady(stage, 'stops');
    await stage.node.signal((await podsOf(stage, 'stops'))[0]!, 'SIGHUP');
    await measure(stage, 'stops', { WorkersReady: words('stops'), Ready: /^False/, WorkloadReady: /^True/ }, stopped);
    await stage.node.signal((await podsOf(stage, 'stops'))[0]!, 'SIGKILL');
    await stage.says('stops', isReady);
  },
};

const freezes: Story = {
  title: 'a worker that is frozen, its connection open, and thaws',
  processes: { freezes: faulty('none', noProbes) },
  tell: async (stage) => {
    await becomesReady(stage, 'freezes');
    await stage.node.signal((await podsOf(stage, 'freezes'))[0]!, 'SIGSTOP');
    await measure(stage, 'freezes', { WorkersReady: words('freezes'), Ready: /^False/, WorkloadReady: /^True/ }, frozen);
    await stage.node.signal((await podsOf(stage, 'freezes'))[0]!, 'SIGCONT');
    await stage.says('freezes', isReady);
  },
};

const half: Story = {
  title: 'one of two workers stops polling: degraded, with its name',
  processes: { half: faulty('stops-polling', { ...noProbes, replicas: 2 }) },
  tell: async (stage) => {
    await becomesReady(stage, 'half');
    // One that has not begun to poll cannot stop: told to, it exits.
    await stage.says('half', { WorkersReady: / is polled by 2 of 2 pods$/ }, 90_000);
    const [pod] = await podsOf(stage, 'half');
    await stage.node.signal(pod!, 'SIGHUP');
    const silent = { Degraded: new RegExp(`^True WorkersPartlyLost: ${pod!.name} is ready but does not poll`), Ready: /^False/ };
    await measure(stage, 'half', silent, oneOfTwo);
    await stage.node.signal(pod!, 'SIGKILL');
    await stage.says('half', isReady);
  },
};

const never: Story = {
  title: 'workers that never poll are waited for, for two minutes, and then missed',
  processes: { never: faulty('never-polls', noProbes), elsewhere: faulty('other-queue', noProbes) },
  tell: async (stage) => {
    for (const name of ['never', 'elsewhere']) await stage.sync(name);
    for (const name of ['never', 'elsewhere']) {
      await stage.says(name, { Ready: /^False NoPollers: 1 pod runs, and none polls .*nobody polls it/, Stalled: /^True/ }, 160_000);
    }
  },
};

tellStories('detection', [freezes, never, half, stops]);
