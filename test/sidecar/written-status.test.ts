/** Whether a status needs writing, what is told as an Event, and how often Temporal is then asked: rows. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProcessStatus } from '../../src/process.ts';
import { transitions } from '../../src/sidecar/transitions.ts';
import { isWritten } from '../../src/sidecar/written-status.ts';

const test = suite('written status');
type Status = 'True' | 'False' | 'Unknown';
const condition = (type: string, status: Status, reason: string) => ({
  type,
  status,
  reason,
  message: 'words',
  lastTransitionTime: '2026-11-24T10:00:00Z',
  observedGeneration: 2,
});
const decided: ProcessStatus = {
  observedGeneration: 2,
  conditions: [condition('Ready', 'True', 'AllReady'), condition('WorkersReady', 'True', 'PollersLive')],
  definition: { version: 3, checksum: 'sha256:x', configMap: 'c' },
  workers: { desired: 1, ready: 1, summary: '1/1' },
};

test('the same, in another order and with what others wrote, is written', () => {
  assert.ok(isWritten(decided, decided));
  const others = [...decided.conditions!].reverse().concat(condition('Elsewhere', 'True', 'Theirs'));
  assert.ok(isWritten({ ...decided, conditions: others, theirs: { remaining: 3 } }, decided));
});

for (const [what, live] of [
  ['no status', undefined],
  ['an older generation', { ...decided, observedGeneration: 1 }],
  ['other words', { ...decided, conditions: [{ ...decided.conditions![0], message: 'others' }, decided.conditions![1]] }],
  ['a condition that is no longer', { ...decided, conditions: [...decided.conditions!, condition('Stalled', 'True', 'PinMissing')] }],
  ['a condition less', { ...decided, conditions: decided.conditions!.slice(1) }],
  ['another definition', { ...decided, definition: { ...decided.definition, version: 2 } }],
  ['another drain', { ...decided, drain: { phase: 'Waiting', remaining: 3 } }],
  ['no workers', { ...decided, workers: undefined }],
  ['conditions that are no list', { ...decided, conditions: 'none' }],
] as const) {
  test(`${what} is not what was decided`, () => assert.not(isWritten(live, decided)));
}

test('what turned is told, with its kind and words; what follows from it is not', () => {
  const worse: ProcessStatus = {
    ...decided,
    conditions: [
      condition('Ready', 'False', 'NoPollers'),
      condition('WorkersReady', 'False', 'NoPollers'),
      condition('Degraded', 'False', 'NotDegraded'),
      condition('Stalled', 'True', 'NoPollers'),
    ],
  };
  assert.equal(
    transitions(decided, worse).map(({ type, reason, action }) => `${type} ${action} ${reason}`),
    ['Warning Ready NoPollers', 'Warning WorkersReady NoPollers'],
  );
  assert.equal(
    transitions(worse, decided).map(({ type, reason, action }) => `${type} ${action} ${reason}`),
    ['Normal Ready AllReady', 'Normal WorkersReady PollersLive'],
  );
  assert.equal(transitions(decided, decided), []);
});

test('the first look tells of Ready, and of what is wrong', () => {
  assert.equal(
    transitions(undefined, decided).map(({ action }) => action),
    ['Ready'],
  );
  assert.equal(
    transitions(undefined, { conditions: [condition('Ready', 'False', 'PinMissing')] }).map(({ action }) => action),
    ['Ready'],
  );
});

test('a Process that is just being applied is no news', () => {
  const applied = [condition('Ready', 'False', 'NotRendered'), condition('Reconciling', 'True', 'NotRendered')];
  assert.equal(transitions(undefined, { conditions: applied }), []);
});

test.run();
