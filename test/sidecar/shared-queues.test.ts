/** Who shares a task queue, for the status and for a drain: one index, and nobody walks all Processes for one of them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Resource } from '../../src/resource.ts';
import { sharersOf } from '../../src/sidecar/drain/sharers.ts';
import { polledQueue, sharedQueues } from '../../src/sidecar/shared-queues.ts';

const test = suite('shared queues');

const here = 'temporal:7233';
const at = (name: string, address: string | undefined = here) => ({ name, address });

test('who shares a queue is told when that begins and ends', () => {
  const queues = sharedQueues();
  assert.equal(queues.set('sales/a', at('q')), []);
  assert.equal(queues.set('sales/b', at('q')), ['sales/a']);
  assert.equal(queues.candidates('sales/a', here), ['sales/b']);
  assert.equal(queues.set('sales/b', at('r')), ['sales/a']);
  assert.equal(queues.set('sales/b', at('r')), []);
  assert.equal(queues.candidates('sales/a', here), []);
  assert.equal(queues.set('sales/a', undefined), []);
});

test('one whose address is not known may be anywhere: all heed it', () => {
  const queues = sharedQueues();
  queues.set('sales/a', at('q'));
  queues.set('sales/elsewhere', at('q', 'other:7233'));
  assert.equal(queues.set('sales/new', { name: 'q', address: undefined }), ['sales/a', 'sales/elsewhere']);
  assert.equal(queues.candidates('sales/a', here), ['sales/new']);
  assert.equal(queues.candidates('sales/a', undefined), ['sales/elsewhere', 'sales/new']);
  assert.equal(queues.set('sales/new', at('q')), ['sales/a', 'sales/elsewhere']);
  assert.equal(queues.candidates('sales/a', here), ['sales/new']);
  assert.equal(queues.candidates('sales/elsewhere', 'other:7233'), []);
});

const pin = { checksum: `sha256:${'3'.repeat(64)}` };
const processOn = (taskQueue: string, more: object = {}): Resource => ({
  metadata: { generation: 1 },
  spec: { temporal: { namespace: 'sales-process', taskQueue }, definitionRef: { pin } },
  ...more,
});

/** A thousand Processes that cannot be walked. */
class Unwalkable extends Map<string, Resource> {
  override [Symbol.iterator](): never {
    throw new Error('somebody walks all Processes');
  }
  override entries = this[Symbol.iterator];
  override keys = this[Symbol.iterator];
  override values = this[Symbol.iterator];
}

test('a drain finds those on its queue without walking all, and what each may do for it', () => {
  const [processes, queues] = [new Unwalkable(), sharedQueues()];
  const add = (key: string, process: Resource, address?: string) => {
    processes.set(key, process);
    queues.set(key, polledQueue(process, address));
  };
  for (let one = 0; one < 1000; one++) add(`sales/p${one}`, processOn(`q${one}`), here);
  const ready = { observedGeneration: 1, conditions: [{ type: 'WorkersReady', status: 'True' }] };
  add('sales/heir', processOn('q7', { status: ready }), here);
  add('sales/coming', processOn('q7'));
  add('sales/leaving', { ...processOn('q7'), metadata: { deletionTimestamp: 'now' } }, here);
  const pins = [pin.checksum];
  assert.equal(sharersOf('sales/p7', here, { processes, queues }), [
    { name: 'sales/coming', isLeaving: false, isReady: false, pins },
    { name: 'sales/heir', isLeaving: false, isReady: true, pins },
    { name: 'sales/leaving', isLeaving: true, isReady: false, pins },
  ]);
  assert.equal(sharersOf('sales/p8', here, { processes, queues }), []);
});

test.run();
