import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Resource, valueAt } from '../../src/resource.ts';
import { openProcesses } from '../../src/sidecar/live-processes.ts';

const live = suite('live Processes');

const key = 'sales/l2o';
const version = (resourceVersion: string, { generation = 1, uid = 'first' } = {}): Resource => ({
  metadata: { namespace: 'sales', name: 'l2o', uid, generation, resourceVersion },
  spec: { image: `of generation ${generation}` },
});

live('the answer to a write is not undone by an older word of the watch, unless the object is another one', () => {
  const processes = openProcesses();
  assert.ok(processes.change(key, version('8')));
  assert.ok(processes.learn(key, version('10')));
  assert.not(processes.change(key, version('9')));
  assert.is(valueAt(processes.all.get(key), 'metadata', 'resourceVersion'), '10');
  assert.ok(processes.change(key, version('9', { uid: 'second' })));
});

live('what the watch brings of a write that was answered already is kept, and no news', () => {
  const processes = openProcesses();
  const echo = version('10');
  processes.change(key, version('9'));
  assert.ok(processes.learn(key, version('10')));
  assert.not(processes.change(key, echo));
  assert.is(processes.all.get(key), echo);
  assert.ok(processes.learn(key, version('10')), 'the watch was first');
  assert.is(processes.all.get(key), echo, 'one copy is enough');
  assert.ok(processes.change(key, version('10', { uid: 'second' })));
});

live('an answer does not undo what the watch has told since, nor bring back what is gone', () => {
  const processes = openProcesses();
  processes.change(key, version('11'));
  assert.not(processes.learn(key, version('10')));
  assert.is(valueAt(processes.all.get(key), 'metadata', 'resourceVersion'), '11');
  processes.change(key, version('3', { uid: 'second' }));
  assert.not(processes.learn(key, version('12')), 'another one has its name');
  assert.is(valueAt(processes.all.get(key), 'metadata', 'uid'), 'second');
  assert.not(processes.learn(key, version('13', { uid: 'second', generation: 2 })), 'more was changed than we asked for');
  processes.change(key, undefined);
  assert.not(processes.learn(key, version('12')));
  assert.not(processes.all.has(key));
});

live('while the generation stays, there is one copy of the spec; another generation, or another object, has its own', () => {
  const processes = openProcesses();
  const [first, written] = [version('1'), version('2')];
  processes.change(key, first);
  processes.change(key, written);
  assert.is(processes.all.get(key)!.spec, first.spec);
  const changed = version('3', { generation: 2 });
  processes.change(key, changed);
  assert.is(processes.all.get(key)!.spec, changed.spec);
  assert.equal(changed.spec, { image: 'of generation 2' });
  const other = version('4', { generation: 2, uid: 'second' });
  const own = other.spec;
  processes.change(key, other);
  assert.is(processes.all.get(key)!.spec, own);
});

live('it is found by the label of its pods, until it is gone', () => {
  const processes = openProcesses();
  processes.change(key, version('1'));
  assert.equal(processes.labelled(key), [key]);
  assert.ok(processes.change(key, undefined));
  assert.equal(processes.labelled(key), []);
  assert.not(processes.change(key, undefined));
});

live.run();
