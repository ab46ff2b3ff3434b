/** How urgent an answer of Temporal's is, by what the status says of the workers; and who is asked about first. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProcessStatus } from '../../src/process.ts';
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

/** By itself, and as a canary beside stable workers that are well. */
const cases: readonly (readonly [Status, string, Urgency, Urgency])[] = [
  ['True', 'PollersLive', 'Rest', 'Rest'],
  ['False', 'WaitingForPollers', 'RollOut', 'RollOut'],
  ['False', 'RollingOut', 'RollOut', 'RollOut'],
  ['Unknown', 'NotLookedYet', 'RollOut', 'RollOut'],
  ['False', 'NoPollers', 'Settling', 'Settling'],
  ['Unknown', 'TemporalUnreachable', 'Settling', 'Settling'],
  ['False', 'PodsNotReady', 'Settling', 'Settling'],
  ['False', 'NotRendered', 'NoWorkers', 'Rest'],
];

for (const [status, reason, urgency, besideStable] of cases) {
  test(`WorkersReady ${status} ${reason}: ${urgency}`, () => {
    assert.is(urgencyOf({ conditions: [condition('WorkersReady', status, reason)] }, [running]), urgency);
  });
  test(`stable workers that are well, CanaryReady ${status} ${reason}: ${besideStable}`, () => {
    const conditions = [condition('WorkersReady', 'True', 'PollersLive'), condition('CanaryReady', status, reason)];
    assert.is(urgencyOf({ conditions }, [running]), besideStable);
  });
}

test('a roll-out none of whose pods runs yet has nobody who could poll; one that runs is enough', () => {
  const rollingOut = { conditions: [condition('WorkersReady', 'False', 'RollingOut')] };
  assert.is(urgencyOf(rollingOut, []), 'NoWorkers');
  assert.is(urgencyOf(rollingOut, [pod()]), 'NoWorkers');
  assert.is(urgencyOf(rollingOut, [pod(), running]), 'RollOut');
  const lost = { conditions: [condition('WorkersReady', 'False', 'PodsNotReady')] };
  assert.is(urgencyOf(lost, [pod()]), 'Settling');
});

test('roll-outs come first, then drains, what settles, what rests, and what is asked seldom', () => {
  const inOrder = [
    rankOf('RollOut', false),
    rankOf('RollOut', true),
    'drain',
    rankOf('Settling', true),
    rankOf('Rest', false),
    rankOf('NoWorkers', true),
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
