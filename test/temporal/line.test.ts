import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openLine } from '../../src/temporal/line.ts';

const lines = suite('line');

const takeAll = <T>(line: ReturnType<typeof openLine<T>>): T[] => {
  const taken: T[] = [];
  for (let one = line.take(); one !== undefined; one = line.take()) taken.push(one);
  return taken;
};

lines('the urgent come first, and each fourth turn is that of who waits longest', () => {
  const line = openLine<string>(3);
  for (const one of ['rest-1', 'rest-2', 'rest-3']) line.add(one, 2);
  for (const one of ['urgent-1', 'urgent-2', 'urgent-3', 'urgent-4', 'urgent-5']) line.add(one, 0);
  line.add('middle', 1);
  assert.is(line.size, 9);
  assert.equal(takeAll(line), ['urgent-1', 'urgent-2', 'urgent-3', 'rest-1', 'urgent-4', 'urgent-5', 'middle', 'rest-2', 'rest-3']);
  assert.is(line.size, 0);
});

lines('who waits is in it once; what becomes urgent moves up and keeps its arrival', () => {
  const line = openLine<string>(2);
  for (const one of ['a', 'b', 'b', 'c']) line.add(one, 1);
  line.add('c', 0);
  line.add('d', 0);
  assert.is(line.size, 4);
  assert.equal(takeAll(line), ['c', 'd', 'a', 'b']);
});

lines('who leaves is not taken', () => {
  const line = openLine<string>(2);
  for (const one of ['a', 'b']) line.add(one, 0);
  line.delete('a');
  line.delete('never there');
  assert.equal(takeAll(line), ['b']);
});

lines('however many are urgent, the others are asked', () => {
  const line = openLine<string>(2);
  for (let index = 0; index < 10; index++) line.add(`rest-${index}`, 1);
  const seen = new Set<string>();
  for (let turn = 0; turn < 40; turn++) {
    for (const name of ['u', 'v', 'w']) line.add(name, 0);
    seen.add(line.take()!);
  }
  for (let index = 0; index < 10; index++) assert.ok(seen.has(`rest-${index}`), `rest-${index} of ${[...seen]}`);
});

lines.run();
