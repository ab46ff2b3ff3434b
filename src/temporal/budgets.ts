/**
 * One budget for each namespace of a server, with whichever credentials it is asked; it goes with the last who uses it. All of them
 * together have one, too: that of the sidecar's own processor.
 */
import { type Budget, type BudgetOptions, openBudget } from './budget.ts';

export interface Budgets {
  take(name: string): Budget;
  giveBack(name: string): void;
}

export interface BudgetsOptions {
  readonly each: BudgetOptions;
  readonly all: BudgetOptions;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/**
 * Questions a second: each takes more than a millisecond of the sidecar's one processor, which has statuses to write and a Lease to renew.
 */
const allRate = 250;

/** What all together may ask. Whoever allows each of them more than that means it. */
export function altogether(rateOfEach: number): BudgetOptions {
  const rate = Math.max(allRate, rateOfEach);
  return { rate, burst: 2 * rate };
}

/** Those that wait for what all share come back at different times: else the first of them would be the first again. */
const apartMs = 25;

export function openBudgets({ each, all, random = Math.random }: BudgetsOptions): Budgets {
  const used = new Map<string, { readonly budget: Budget; users: number }>();
  const shared = openBudget(all);
  const open = (): Budget => {
    const own = openBudget(each);
    const sharedNextMs = (nowMs: number) => {
      const nextMs = shared.nextAtMs(nowMs);
      return nextMs > nowMs ? nextMs + apartMs * random() : nowMs;
    };
    return {
      ...own,
      take: (nowMs) => shared.nextAtMs(nowMs) <= nowMs && own.take(nowMs) && shared.take(nowMs),
      charge: (nowMs) => {
        own.charge(nowMs);
        shared.charge(nowMs);
      },
      nextAtMs: (nowMs) => Math.max(own.nextAtMs(nowMs), sharedNextMs(nowMs)),
    };
  };
  return {
    take: (name) => {
      const known = used.get(name) ?? { budget: open(), users: 0 };
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
