/** One budget for each namespace of a server, with whichever credentials it is asked; it goes with the last who uses it. */
import { type Budget, type BudgetOptions, openBudget } from './budget.ts';

export interface Budgets {
  take(name: string): Budget;
  giveBack(name: string): void;
}

export function openBudgets(limits: BudgetOptions): Budgets {
  const used = new Map<string, { readonly budget: Budget; users: number }>();
  return {
    take: (name) => {
      const known = used.get(name) ?? { budget: openBudget(limits), users: 0 };
      known.users++;
      used.set(name, known);
      return known.budget;
    },
    giveBack: (name) => {
      const known = used.get(name);
      if (known && --known.users === 0) used.delete(name);
    },
  };
}
