/** Our own writes, and what the watch brings of them before and after their answer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Written } from '../../src/kube/apply-status.ts';
import { type Resource, valueAt } from '../../src/resource.ts';
import { openProcesses } from '../../src/sidecar/live-processes.ts';
import { openOwnWrites } from '../../src/sidecar/own-writes.ts';

const test = suite('own writes');

const key = 'sales/l2o';
const version = (resourceVersion: string, uid = 'first'): Resource => ({
  metadata: { namespace: 'sales', name: 'l2o', uid, generation: 1, resourceVersion },
  spec: {},
});

/** As the cluster has them: what is told is news, unless it was our write. */
function bed() {
  const news: string[] = [];
  const processes = openProcesses();
  const writes = openOwnWrites(processes, () => news.push('after the write'));
  const tell = (now: Resource | undefined) => {
    if (processes.change(key, now) && !writes.holdBack(key)) news.push('at once');
  };
  tell(version('1'));
  news.length = 0;
  return { news, processes, tell, write: (put: () => Promise<Written>) => writes.write(version('1'), put) };
}

test('the watch brings it before the answer, or after it: that is no news', async () => {
  const { news, tell, write } = bed();
  await write(async () => {
    tell(version('2'));
    return { process: version('2') };
  });
  await write(async () => ({ process: version('3') }));
  tell(version('3'));
  assert.equal(news, []);
  tell(version('4'));
  assert.equal(news, ['at once']);
});

test('somebody else wrote after us, or before us: that is told when the write has ended', async () => {
  const { news, processes, tell, write } = bed();
  await write(async () => {
    tell(version('2'));
    tell(version('3'));
    return { process: version('2') };
  });
  assert.equal(news, ['after the write']);
  assert.is(valueAt(processes.all.get(key), 'metadata', 'resourceVersion'), '3');
  await write(async () => {
    tell(version('4'));
    return { superseded: true };
  });
  assert.is(news.length, 2);
});

test('it is gone, or the write fails: what was told meanwhile is told', async () => {
  const { news, processes, tell, write } = bed();
  const failed = write(async () => {
    tell(version('2'));
    throw new Error('no answer');
  });
  await failed.then(
    () => assert.unreachable(),
    ({ message }) => assert.is(message, 'no answer'),
  );
  assert.is(news.length, 1);
  await write(async () => {
    tell(undefined);
    return { process: version('3') };
  });
  assert.equal(news, ['after the write', 'after the write']);
  assert.not(processes.all.has(key));
});

test('it is gone, and another one has its name, before the answer comes: that one is told', async () => {
  const { news, processes, tell, write } = bed();
  await write(async () => {
    tell(undefined);
    tell(version('3', 'second'));
    return { process: version('2') };
  });
  assert.equal(news, ['after the write']);
  assert.is(valueAt(processes.all.get(key), 'metadata', 'uid'), 'second');
});

test('two writes at a time: each tells what its own answer does not', async () => {
  const { news, tell, write } = bed();
  let answer = (_: Written) => {};
  const slow = write(() => new Promise((resolve) => (answer = resolve)));
  await write(async () => {
    tell(version('2'));
    return { process: version('2') };
  });
  tell(version('3'));
  answer({ superseded: true });
  await slow;
  assert.equal(news, ['after the write']);
});

test.run();
