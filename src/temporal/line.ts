/** Who waits to be asked about: the urgent first, but never the others not at all. Pure. */

export interface Line<T> {
  /** At the end of its rank, 0 the most urgent; who waits already keeps the time since when. */
  add(one: T, rank: number): void;
  delete(one: T): void;
  /** Whose turn it is; undefined: nobody waits. */
  take(): T | undefined;
  readonly size: number;
}

/** Of so many turns one is that of whoever waits longest, whatever its rank. */
const fairTurn = 4;

export function openLine<T>(ranks: number): Line<T> {
  const waiting = Array.from({ length: ranks }, () => new Map<T, number>());
  let arrivals = 0;
  let turns = 0;
  const remove = (one: T): number | undefined => {
    for (const rank of waiting) {
      const arrival = rank.get(one);
      if (arrival !== undefined && rank.delete(one)) return arrival;
    }
    return;
  };
  const size = () => waiting.reduce((sum, rank) => sum + rank.size, 0);
  return {
    add: (one, rank) => {
      if (waiting[rank]?.has(one)) return;
      const arrival = remove(one) ?? arrivals++;
      waiting[rank]!.set(one, arrival);
    },
    delete: (one) => {
      remove(one);
    },
    take: () => {
      const heads = waiting.flatMap((rank) => {
        const head = rank.entries().next().value;
        return head ? [head] : [];
      });
      if (heads.length === 0) return;
      turns++;
      const [one] = turns % fairTurn === 0 ? heads.reduce((a, b) => (b[1] < a[1] ? b : a)) : heads[0]!;
      remove(one);
      return one;
    },
    get size() {
      return size();
    },
  };
}
