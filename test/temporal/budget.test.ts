import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openBudget } from '../../src/temporal/budget.ts';
import { openBudgets } from '../../src/temporal/budgets.ts';

const budgets = suite('budget');

/** How many questions are let through when one is wanted at each of these times. */
const taken = (budget: ReturnType<typeof openBudget>, times: readonly number[]) => times.filter((time) => budget.take(time)).length;
const each = (everyMs: number, fromMs: number, toMs: number) =>
  Array.from({ length: Math.ceil((toMs - fromMs) / everyMs) }, (_, index) => fromMs + index * everyMs);

budgets('a burst, and then as many as its rate says', () => {
  const budget = openBudget({ rate: 5, burst: 10 });
  assert.is(taken(budget, Array(100).fill(1_000)), 10);
  assert.is(taken(budget, each(1, 1_001, 11_001)), 50);
});

budgets('never more than burst and rate allow, whenever they are wanted', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (gaps, rate) => {
      const budget = openBudget({ rate, burst: rate });
      let now = 0;
      let count = 0;
      for (const gap of gaps) {
        now += gap;
        if (budget.take(now)) count++;
      }
      return count <= rate + (now / 1000) * rate + 1e-6;
    }),
  );
});

budgets('nextAtMs says when there is one, not earlier and not later', () => {
  const budget = openBudget({ rate: 4, burst: 1 });
  assert.ok(budget.take(0));
  const next = budget.nextAtMs(100);
  assert.is(next, 250);
  assert.not(budget.take(next - 1));
  assert.ok(budget.take(next));
});

budgets('what is charged is owed', () => {
  const budget = openBudget({ rate: 1, burst: 1 });
  assert.ok(budget.take(0));
  budget.charge(0);
  assert.not(budget.take(1_999));
  assert.ok(budget.take(2_000));
});

budgets('it is halved, by refusals that come together once, and recovers', () => {
  const budget = openBudget({ rate: 40, burst: 40 });
  budget.take(0);
  for (const at of [1_000, 1_010, 1_500, 1_999]) budget.halve(at);
  assert.is(budget.rate(2_000), 20);
  assert.not(budget.take(1_000), 'what was left is lost');
  budget.halve(2_100);
  assert.is(budget.rate(2_100), 10);
  assert.is(taken(budget, each(1, 2_101, 12_101)), 100);
  assert.is(budget.rate(2_100 + 29_999), 10);
  assert.is(budget.rate(2_100 + 30_000), 20);
  assert.is(budget.rate(2_100 + 60_000), 40);
  assert.is(budget.rate(2_100 + 600_000), 40);
});

budgets('it is never nothing', () => {
  const budget = openBudget({ rate: 16, burst: 16 });
  for (const at of each(2_000, 0, 60_000)) budget.halve(at);
  assert.is(budget.rate(60_000), 1);
});

budgets('who uses the same has the same; with the last user it goes', () => {
  const limit = { rate: 1, burst: 1 };
  const all = openBudgets({ each: limit, all: limit });
  const one = all.take('a');
  assert.is(all.take('a'), one);
  assert.is.not(all.take('b'), one);
  all.giveBack('a');
  assert.is(all.take('a'), one);
  for (const _ of [1, 2]) all.giveBack('a');
  assert.is.not(all.take('a'), one);
});

budgets('those of one server share one more: together they never have more than that, and none of them nothing', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const all = openBudgets({ each: { rate: 100, burst: 10 }, all: { rate: 100, burst: 10 }, random });
  const names = ['a', 'b', 'c', 'd'];
  const takers = names.map((name) => ({ budget: all.take(name), nextMs: 0, count: 0 }));
  for (let nowMs = 0; nowMs < 60_000; nowMs++) {
    for (const taker of takers.filter(({ nextMs }) => nextMs <= nowMs)) {
      while (taker.budget.take(nowMs)) taker.count++;
      taker.nextMs = taker.budget.nextAtMs(nowMs);
    }
  }
  const total = takers.reduce((sum, { count }) => sum + count, 0);
  assert.ok(total > 5_000 && total <= 6_010, `${total} in a minute`);
  for (const { count } of takers) assert.ok(count > 1_000, `${takers.map((one) => one.count)}`);
});

budgets('what belongs to a question of one is taken from all', () => {
  const all = openBudgets({ each: { rate: 1, burst: 2 }, all: { rate: 1, burst: 2 } });
  const [one, other] = [all.take('a'), all.take('b')];
  one.charge(0);
  assert.ok(other.take(0));
  assert.not(other.take(0));
  assert.not(one.take(0));
});

budgets.run();
