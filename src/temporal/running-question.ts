/** How many workflows of a queue run: a number for people, asked seldom and after everything else. A drain, which counts often, tells it, too. */
import type { SeenRunning } from '../sidecar/observation.ts';
import type { Agenda } from './agenda.ts';
import { lookAtRunning, type Queue } from './drain/running.ts';
import { TemporalError } from './failure.ts';

export interface RunningQuestion {
  /** Undefined: not counted yet, or not for so long that it says nothing any more. */
  seen(): SeenRunning | undefined;
  /** Whoever counts all of them. */
  learn(look: () => Promise<SeenRunning>): Promise<SeenRunning>;
  close(): void;
}

export interface RunningQuestionOptions {
  readonly queue: Queue;
  readonly agenda: Agenda;
  /** Between two questions; and within which the first one falls, so that those of a thousand queues do not come together. */
  readonly everyMs: () => { readonly intervalMs: number; readonly spreadMs: number };
}

/** Until then it is known how many queues there are. */
const firstMs = 5_000;
/** An answer that is older than so many intervals says nothing. */
const answerForIntervals = 3;

export function askAboutRunning({ queue, agenda, everyMs }: RunningQuestionOptions): RunningQuestion {
  let seen: SeenRunning | undefined;
  let isClosed = false;

  const learn: RunningQuestion['learn'] = async (ask) => {
    const found = await ask();
    if (!seen || found.askedAt > seen.askedAt) seen = found;
    return found;
  };
  const ageMs = () => (seen ? Date.now() - Date.parse(seen.askedAt) : Number.POSITIVE_INFINITY);
  const next = (ms: number) => {
    if (!isClosed) agenda.at(performance.now() + ms, start);
  };
  const look = async () => {
    const restMs = everyMs().intervalMs - ageMs();
    if (restMs > 0) return next(restMs);
    try {
      await learn(() => lookAtRunning(queue));
    } catch (error) {
      // Who needs it to decide asks for himself, and tells what fails.
      if (!(error instanceof TemporalError)) throw error;
    }
    next(everyMs().intervalMs * (0.9 + Math.random() / 5));
  };
  const start = () => void look();
  const spread = () => next(everyMs().spreadMs * Math.random());
  agenda.at(performance.now() + firstMs, spread);
  return {
    seen: () => (ageMs() <= everyMs().intervalMs * answerForIntervals ? seen : undefined),
    learn,
    close: () => {
      isClosed = true;
      agenda.drop(start);
      agenda.drop(spread);
    },
  };
}
