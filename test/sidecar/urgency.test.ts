/** How urgent an answer of Temporal's is, by what the status says of the workers; and who is asked about first. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../../src/names.ts';
import type { ProcessStatus } from '../../src/process.ts';
import type { Resource } from '../../src/resource.ts';
import type { SeenPod } from '../../src/sidecar/observation.ts';
import { type Urgency, urgencyOf } from '../../src/sidecar/urgency.ts';
import { placeOf, rankOf } from '../../src/temporal/rank.ts';

const test = suite('urgency');

type Condition = NonNullable<ProcessStatus['conditions']>[number];
type Status = NonNullable<Condition['status']>;

const condition = (type: string, status: Status, reason: string): Condition => ({
  type,
  status,
  reason,
  message: 'words',
  lastTransitionTime: '2026-11-24T10:00:00Z',
});

const pod = (runningSince?: string): SeenPod => ({
  name: 'l2o-process-7d-x',
  hostname: 'l2o-process-7d-x',
  createdAt: '2026-11-24T10:00:00Z',
  phase: 'Running',
  isReady: false,
  isDeleting: false,
  restarts: 0,
  ...(runningSince && { runningSince }),
});
const running = pod('2026-11-24T10:00:01Z');
const process: Resource = { metadata: { namespace: 'sales', name: 'l2o' } };
const released: Resource = { metadata: { namespace: 'sales', name: 'l2o', deletionTimestamp: '2026-11-24T10:00:02Z' } };
const deleted: Resource = { metadata: { ...(released.metadata as object), finalizers: [drainFinalizer] } };

/** By itself, and as a canary beside stable workers that are well. */
const cases: readonly (readonly [Status, string, Urgency, Urgency])[] = [
  ['True', 'PollersLive', 'Rest', 'Rest'],
  ['False', 'WaitingForPollers', 'RollOut', 'RollOut'],
  ['False', 'RollingOut', 'RollOut', 'RollOut'],
  ['Unknown', 'NotLookedYet', 'RollOut', 'RollOut'],
  ['False', 'NoPollers', 'Settling', 'Settling'],
  ['Unknown', 'TemporalUnreachable', 'Settling', 'Settling'],
  ['False', 'PodsNotReady', 'Settling', 'Settling'],
  ['False', 'NotRendered', 'Unawaited', 'Rest'],
];

for (const [status, reason, urgency, besideStable] of cases) {
  test(`WorkersReady ${status} ${reason}: ${urgency}`, () => {
    assert.is(urgencyOf({ conditions: [condition('WorkersReady', status, reason)] }, { process, pods: [running] }), urgency);
  });
  test(`stable workers that are well, CanaryReady ${status} ${reason}: ${besideStable}`, () => {
    const conditions = [condition('WorkersReady', 'True', 'PollersLive'), condition('CanaryReady', status, reason)];
    assert.is(urgencyOf({ conditions }, { process, pods: [running] }), besideStable);
  });
}

test('a roll-out none of whose pods runs yet has nobody who could poll; one that runs is enough', () => {
  const rollingOut = { conditions: [condition('WorkersReady', 'False', 'RollingOut')] };
  assert.is(urgencyOf(rollingOut, { process, pods: [] }), 'Unawaited');
  assert.is(urgencyOf(rollingOut, { process, pods: [pod()] }), 'Unawaited');
  assert.is(urgencyOf(rollingOut, { process, pods: [pod(), running] }), 'RollOut');
  const lost = { conditions: [condition('WorkersReady', 'False', 'PodsNotReady')] };
  assert.is(urgencyOf(lost, { process, pods: [pod()] }), 'Settling');
});

test('who is deleted waits for workers as long as workflows run, or may: one zero was seen just now', () => {
  const conditions = [condition('WorkersReady', 'False', 'NoPollers')];
  const drain = { phase: 'Settling', since: '2026-11-24T10:00:02Z', policy: 'Wait', summary: 'Settling, 0 run' } as const;
  const urgency = (of: Resource, counted: { remaining?: number; zeros?: number }) =>
    urgencyOf({ conditions, drain: { ...drain, ...counted } }, { process: of, pods: [running] });
  assert.is(urgency(deleted, { remaining: 0, zeros: 1 }), 'Unawaited');
  assert.is(urgency(deleted, { remaining: 0 }), 'Settling', 'Temporal does not answer since');
  assert.is(urgency(deleted, { remaining: 1 }), 'Settling');
  assert.is(urgency(deleted, {}), 'Settling');
  assert.is(urgency(process, { remaining: 0, zeros: 3 }), 'Settling', 'it may be Active again');
  assert.is(urgency(released, { remaining: 0, zeros: 3 }), 'Settling', 'what is told of it is old');
});

test('roll-outs come first, then drains, what settles, what rests, and what is asked seldom', () => {
  const inOrder = [
    rankOf('RollOut', false),
    rankOf('RollOut', true),
    'drain',
    rankOf('Settling', true),
    rankOf('Rest', false),
    rankOf('Unawaited', true),
    'seldom',
  ] as const;
  const places = inOrder.map(placeOf);
  assert.equal(
    places,
    [...places].sort((a, b) => a - b),
  );
  assert.is(new Set(places).size, places.length);
});

test.run();
