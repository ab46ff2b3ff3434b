/** Questions that are asked once, by who waits for the answer: within the namespace's budget like all others, but not for ever. */
import type { TemporalApi } from './connection.ts';
import { deadlineMs, TemporalError } from './failure.ts';
import type { Pace } from './pace.ts';
import type { Rank } from './rank.ts';
import type { WatchedNamespace } from './watched-namespace.ts';
import type { WatchedServer } from './watched-server.ts';

export type WorkflowService = TemporalApi['workflowService'];

/** Throws a TemporalError; credentials that are refused are read again, once. */
export type Ask = <T>(method: keyof typeof methods, question: (to: WorkflowService) => Promise<T>) => Promise<T>;

/** Which place in the namespace's line, and for how long. */
export interface Turn {
  readonly rank: Rank;
  readonly withinMs: number;
}

export interface InTurnOptions extends Turn {
  readonly server: WatchedServer;
  readonly namespace: WatchedNamespace;
  /** For questions to the visibility store, whose own limit is a small part of the server's. */
  readonly visibility: Pace;
}

/** Whether each is a question to the visibility store. */
const methods = {
  CountWorkflowExecutions: true,
  ListWorkflowExecutions: true,
  ListSchedules: true,
  DescribeWorkflowExecution: false,
  RequestCancelWorkflowExecution: false,
  TerminateWorkflowExecution: false,
  StartBatchOperation: false,
  DescribeBatchOperation: false,
  DescribeSchedule: false,
  PatchSchedule: false,
  UpdateSchedule: false,
} as const;

/**
 * The server asks the Schedule itself, which a worker of its own answers; when that has just forgotten it, it tries again after 5 s. With 8
 * at a time one of some 250 took so long, on a busy machine.
 */
const describedWithinMs = 12_000;

/** What is asked seldom may wait. */
export const turnOf = { drain: { rank: 'drain', withinMs: 15_000 }, seldom: { rank: 'seldom', withinMs: 60_000 } } as const;

export function inTurn({ server, namespace, visibility, rank, withinMs }: InTurnOptions): Ask {
  const put: Ask = async (method, question) => {
    try {
      const withinMs = method === 'DescribeSchedule' ? describedWithinMs : deadlineMs;
      return await server.ask(method, (to) => to.ask(({ workflowService }) => question(workflowService), withinMs));
    } catch (error) {
      if (error instanceof TemporalError && error.kind === 'RateLimited' && !error.answered.isConcurrencyLimit) slowDown(method);
      throw error;
    }
  };
  const slowDown = (method: keyof typeof methods) => {
    if (methods[method]) visibility.slowDown();
    else namespace.halve();
  };
  return async (method, question) => {
    throwIfShut(server, namespace);
    if (methods[method]) await visibility.turn();
    return new Promise((resolve, reject) => {
      const asker = {
        ask: () => {
          clearTimeout(late);
          return put(method, question).then(resolve, reject);
        },
      };
      const late = setTimeout(() => {
        namespace.leave(asker);
        reject(new TemporalError('RateLimited', `there was no turn for ${method} within ${withinMs / 1000} s`));
      }, withinMs);
      namespace.line(asker, rank);
    });
  };
}

function throwIfShut(server: WatchedServer, namespace: WatchedNamespace): void {
  const seen = server.seen();
  if (seen.state === 'Fails') throw new TemporalError(seen.failure, seen.message);
  const state = namespace.seen()?.state;
  if (state === 'NotFound') throw new TemporalError('NamespaceNotFound', 'the Temporal namespace does not exist');
  if (state === 'Forbidden')
    throw new TemporalError('Forbidden', namespace.seen()?.message ?? 'the Temporal namespace may not be looked at');
}
