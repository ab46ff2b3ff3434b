/** Everything that is to be done at some time, behind a single timer: a thousand queues are no thousand timers. */

export interface Agenda {
  /** What this does is due then, and at no other time that was said before. Times are those of `performance.now()`. */
  at(timeMs: number, act: () => void): void;
  /** It is no longer to be done. */
  drop(act: () => void): void;
  /** How many acts are awaited. */
  size(): number;
  close(): void;
}

interface Entry {
  readonly timeMs: number;
  readonly act: () => void;
}

/** Acts that are due within so long of one another share a wake-up. */
const grainMs = 5;

export function openAgenda(): Agenda {
  const heap: Entry[] = [];
  // An entry that is not the act's latest is passed over when its time comes.
  const latest = new Map<() => void, Entry>();
  let timer: NodeJS.Timeout | undefined;
  let wakesAtMs = Number.POSITIVE_INFINITY;
  const wake = () => {
    wakesAtMs = Number.POSITIVE_INFINITY;
    const now = performance.now();
    while (heap.length > 0 && heap[0]!.timeMs <= now + grainMs) {
      const entry = takeFirst(heap);
      if (latest.get(entry.act) !== entry) continue;
      latest.delete(entry.act);
      entry.act();
    }
    arm();
  };
  const arm = () => {
    const first = heap[0]?.timeMs ?? Number.POSITIVE_INFINITY;
    if (first >= wakesAtMs) return;
    clearTimeout(timer);
    wakesAtMs = first;
    timer = setTimeout(wake, Math.max(first - performance.now(), 0));
  };
  return {
    at: (timeMs, act) => {
      const entry = { timeMs, act };
      latest.set(act, entry);
      add(heap, entry);
      arm();
    },
    drop: (act) => {
      latest.delete(act);
    },
    size: () => latest.size,
    close: () => {
      clearTimeout(timer);
      heap.length = 0;
      latest.clear();
      wakesAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** A binary heap: each entry is due no later than the two below it. */
function add(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]!.timeMs <= entry.timeMs) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function takeFirst(heap: Entry[]): Entry {
  const first = heap[0]!;
  const moved = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]!.timeMs < heap[child]!.timeMs) child++;
    if (heap[child]!.timeMs >= moved.timeMs) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moved;
  return first;
}
