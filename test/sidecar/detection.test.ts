/** How soon it shows that workers do not poll, though all their pods are ready, against the times of docs/status.md; and that each heals. */
import * as assert from 'uvu/assert';
import { faulty, podsOf } from './live-bed.ts';
import type { Expected } from './live-statuses.ts';
import { stated } from './stated-times.ts';
import { becomesReady, isReady, type Stage, type Story, tellStories } from './stories.ts';

/** Pods that are ready as long as their process is there. */
const noProbes = { livenessProbe: undefined, readinessProbe: undefined, startupProbe: undefined };

/** To the stated times a busy machine may add something. */
const busyMs = 15_000;
/** An entry is fresh for 75 s, and was not older than a poll is long. */
const freshMs = 70_000;
const stopped = { atLeastMs: freshMs, atMostMs: stated('a worker stops polling while its pod stays ready') + busyMs };
/** The server itself ends the poll of a frozen worker, which refreshes its entry once more. */
const frozen = { atLeastMs: freshMs, atMostMs: stated('a worker is frozen, so that its connection stays open') + busyMs };
/** While others poll, the queue is asked about once a minute. */
const oneOfTwo = { atLeastMs: freshMs, atMostMs: stated('one of several workers stops polling while its pod stays ready') + busyMs };
/** The first poll is awaited for two minutes from the start of the container, which is over when it is measured. */
const never = { atLeastMs: 90_000, atMostMs: stated('workers never poll, or poll another queue') + busyMs };

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

/** Waited for, then missed; a commit brings workers that poll. */
async function neverPolls(stage: Stage, name: string): Promise<void> {
  await stage.sync(name);
  await stage.says(name, { WorkersReady: /^False WaitingForPollers/, WorkloadReady: /^True/ });
  await measure(stage, name, { Ready: /^False NoPollers: 1 pod runs, and none polls .*nobody polls it/, Stalled: /^True/ }, never);
  await stage.commit(name, {});
  await stage.says(name, isReady);
}

const silent: Story = {
  title: 'workers that never poll',
  processes: { never: faulty('never-polls', noProbes) },
  tell: (stage) => neverPolls(stage, 'never'),
};

const elsewhere: Story = {
  title: 'workers that poll another queue, by their own code',
  processes: { elsewhere: faulty('other-queue', noProbes) },
  tell: (stage) => neverPolls(stage, 'elsewhere'),
};

tellStories('detection', [freezes, silent, elsewhere, half, stops]);
