/** A Temporal namespace: whether it is there, and which of its queues is asked about next, within its budget. */
import type { SeenNamespace } from '../sidecar/observation.ts';
import type { Agenda } from './agenda.ts';
import { askNamespace } from './ask-namespace.ts';
import { openAtOnce } from './at-once.ts';
import type { Budget } from './budget.ts';
import type { TemporalError } from './failure.ts';
import { openLine } from './line.ts';
import { failAgain, type QuestionFailure } from './question-failure.ts';
import { placeOf, type Rank, ranks } from './rank.ts';
import type { WatchedServer } from './watched-server.ts';

/** Who waits for a turn. */
export interface Asker {
  ask(): Promise<void>;
}

export interface WatchedNamespace {
  /** Undefined: nothing is known of it yet. */
  seen(): SeenNamespace | undefined;
  failure(): QuestionFailure | undefined;
  /** It is asked when there is a turn for it. */
  line(one: Asker, rank: Rank): void;
  leave(one: Asker): void;
  /** One more question belongs to the one that has its turn. */
  charge(): void;
  /** The server says that these are too many questions. */
  halve(): void;
  /** Asks whether the namespace is there, now. */
  check(): Promise<void>;
  /** The server answers again. */
  revive(): void;
  waiting(): number;
  close(): void;
}

export interface WatchedNamespaceOptions {
  readonly name: string;
  readonly server: WatchedServer;
  readonly agenda: Agenda;
  readonly budget: Budget;
  /** Something had to wait for the budget. */
  readonly onWait: () => void;
  readonly onChange: () => void;
}

const usualMs = 30_000;
const missingMs = 5_000;

export function watchNamespace({ name, server, agenda, budget, onWait, onChange }: WatchedNamespaceOptions): WatchedNamespace {
  const line = openLine<Asker>(ranks);
  const atOnce = openAtOnce();
  let seen: SeenNamespace | undefined;
  let failure: QuestionFailure | undefined;
  let underWay = 0;
  let isWaiting = false;
  let checking: Promise<void> | undefined;
  let isClosed = false;

  const isOpen = () => !isClosed && server.seen().state === 'Answers' && seen !== undefined && !isShut(seen);
  const drain = () => {
    while (line.size > 0 && underWay < atOnce.limit() && isOpen()) {
      const now = performance.now();
      if (!budget.take(now)) {
        if (!isWaiting) onWait();
        isWaiting = true;
        return agenda.at(budget.nextAtMs(now), drain);
      }
      isWaiting = false;
      underWay++;
      line
        .take()!
        .ask()
        .finally(() => goOn(now));
    }
  };
  const goOn = (askedMs: number) => {
    underWay--;
    atOnce.ended(askedMs, performance.now());
    drain();
  };
  const learn = (found: SeenNamespace, why: QuestionFailure | undefined) => {
    const isNews = seen?.state !== found.state || failure?.failure !== why?.failure;
    seen = found;
    failure = why;
    if (isNews && !isClosed) onChange();
  };
  const look = async () => {
    try {
      learn(await server.ask('DescribeNamespace', (to) => askNamespace(to, name)), undefined);
    } catch (error) {
      await learnFromFailure(error as TemporalError);
    } finally {
      checking = undefined;
      const pauseMs = failure || !seen || isShut(seen) ? missingMs : usualMs;
      if (!isClosed) agenda.at(performance.now() + pauseMs * (0.9 + Math.random() / 5), checkIfAnswers);
    }
    drain();
  };
  const learnFromFailure = async (error: TemporalError) => {
    const { kind, message } = error;
    const now = new Date().toISOString();
    if (kind === 'Forbidden') return learn({ state: 'Forbidden', askedAt: now, message }, undefined);
    if (kind === 'RateLimited') return budget.halve(performance.now());
    // A server that fails is known as such, and its questions with it.
    if (!(await server.check()) || isClosed) return;
    const before = failure;
    failure = failAgain(before, { method: 'DescribeNamespace', error, now });
    if (failure !== before) onChange();
  };
  const check = (): Promise<void> => {
    checking ??= look();
    return checking;
  };
  const checkIfAnswers = () => {
    if (server.seen().state === 'Answers') check();
  };
  checkIfAnswers();
  return {
    seen: () => seen,
    failure: () => failure,
    line: (one, rank) => {
      line.add(one, placeOf(rank));
      drain();
    },
    leave: (one) => line.delete(one),
    charge: () => budget.charge(performance.now()),
    halve: () => budget.halve(performance.now()),
    check,
    revive: () => {
      failure = undefined;
      check();
    },
    waiting: () => line.size,
    close: () => {
      isClosed = true;
      agenda.drop(drain);
      agenda.drop(checkIfAnswers);
    },
  };
}

function isShut({ state }: SeenNamespace): boolean {
  return state === 'NotFound' || state === 'Forbidden';
}
