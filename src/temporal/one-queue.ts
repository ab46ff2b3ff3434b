/** One task queue of a Temporal that a command asks about, and soon ends: at a bounded rate, with a deadline on each call. */
import { askNamespace } from './ask-namespace.ts';
import { openConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { Queue } from './drain/running.ts';
import { TemporalError } from './failure.ts';
import type { Ask } from './in-turn.ts';
import { openPace } from './pace.ts';
import type { Subject } from './subject.ts';

export interface OneQueue {
  readonly queue: Queue;
  close(): void;
}

export interface OneQueueOptions {
  readonly subject: Subject;
  readonly credentials: Credentials;
  /** Calls a second. */
  readonly rate: number;
}

/** Of one call; nobody else waits for its answer. */
const withinMs = 10_000;
/** Who is told that it is too much waits, and asks more slowly; so often, and then the command fails. */
const tries = 5;

/** Asks first whether the namespace is there. Throws a TemporalError. */
export async function openOneQueue({ subject, credentials, rate }: OneQueueOptions): Promise<OneQueue> {
  const connection = openConnection({ subject, credentials, onDrop: () => {} });
  const pace = openPace({ rate, burst: rate });
  const ask: Ask = async (_method, question) => {
    for (let attempt = 1; ; attempt++) {
      await pace.turn();
      try {
        return await connection.ask(({ workflowService }) => question(workflowService), withinMs);
      } catch (error) {
        if (!(error instanceof TemporalError) || error.kind !== 'RateLimited' || attempt === tries) throw error;
        pace.slowDown();
      }
    }
  };
  try {
    const { state, hasPause = false } = await askNamespace(connection, subject.namespace);
    if (state === 'NotFound')
      throw new TemporalError('NamespaceNotFound', `the Temporal namespace "${subject.namespace}" does not exist at ${subject.address}`);
    const queue: Queue = { ask, namespace: subject.namespace, taskQueue: subject.taskQueue, hasPause: () => hasPause };
    return { queue, close: () => connection.close() };
  } catch (error) {
    connection.close();
    throw error;
  }
}
