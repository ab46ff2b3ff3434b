/** Makes askers wait for a budget of their own, in the order in which they came. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BudgetOptions, openBudget } from './budget.ts';

export interface Pace {
  /** Ends when it is the asker's turn. */
  turn(): Promise<void>;
  /** The server says that it is too much. */
  slowDown(): void;
}

export function openPace(options: BudgetOptions): Pace {
  const budget = openBudget(options);
  let last = Promise.resolve();
  const wait = async () => {
    for (let now = performance.now(); !budget.take(now); now = performance.now()) await delay(Math.max(budget.nextAtMs(now) - now, 1));
  };
  return {
    turn: () => {
      last = last.then(wait);
      return last;
    },
    slowDown: () => budget.halve(performance.now()),
  };
}
