import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openAgenda } from '../../src/temporal/agenda.ts';
import { until } from '../testbed/until.ts';

const agendas = suite('agenda');

agendas('acts are done in the order of their times, each once, none early', async () => {
  const agenda = openAgenda();
  const started = performance.now();
  const done: { planned: number; at: number }[] = [];
  const plan = fc.sample(fc.integer({ min: 0, max: 400 }), { numRuns: 200, seed: 7 });
  for (const planned of plan) agenda.at(started + planned, () => done.push({ planned, at: performance.now() - started }));
  await until({ what: 'all of them', look: () => done.length, isSo: (length) => length === plan.length, limitMs: 5_000 });
  assert.equal(
    done.map(({ planned }) => planned),
    [...plan].sort((a, b) => a - b),
  );
  assert.equal(
    done.filter(({ planned, at }) => at < planned - 6),
    [],
  );
  assert.is(agenda.size(), 0);
  agenda.close();
});

agendas('the time that was said last holds; what is dropped is not done', async () => {
  const agenda = openAgenda();
  const done: string[] = [];
  const moved = () => done.push('moved');
  const dropped = () => done.push('dropped');
  const now = performance.now();
  agenda.at(now + 20, moved);
  agenda.at(now + 150, moved);
  agenda.at(now + 30, dropped);
  agenda.drop(dropped);
  agenda.at(now + 80, () => done.push('between'));
  await until({ what: 'what was moved', look: () => done.includes('moved'), isSo: Boolean, limitMs: 5_000 });
  assert.equal(done, ['between', 'moved']);
  agenda.close();
});

agendas('an act may plan itself again', async () => {
  const agenda = openAgenda();
  let times = 0;
  const act = () => {
    times++;
    if (times < 5) agenda.at(performance.now() + 10, act);
  };
  agenda.at(performance.now(), act);
  await until({ what: 'five times', look: () => times, isSo: (seen) => seen === 5, limitMs: 5_000 });
  agenda.close();
});

agendas('nothing is done once it is closed', async () => {
  const agenda = openAgenda();
  let done = false;
  const act = () => {
    done = true;
  };
  agenda.at(performance.now() + 20, act);
  agenda.close();
  agenda.at(performance.now() + 20, act);
  await delay(100);
  assert.not(done);
});

agendas.run();
