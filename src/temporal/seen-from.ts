/** What a Process sees of Temporal: the last answers of its server, its namespace and its queue, as one. */
import type { SeenServer, SeenTemporal } from '../sidecar/observation.ts';
import type { QuestionFailure } from './question-failure.ts';
import type { Subject } from './subject.ts';
import type { WatchedNamespace } from './watched-namespace.ts';
import type { WatchedQueue } from './watched-queue.ts';
import type { WatchedServer } from './watched-server.ts';

export interface LastAnswers {
  readonly subject: Subject;
  readonly server: Pick<WatchedServer, 'seen'>;
  readonly namespace: Pick<WatchedNamespace, 'seen' | 'failure'>;
  readonly queue: Pick<WatchedQueue, 'seen' | 'failure' | 'forgottenAt'>;
  readonly running: SeenTemporal['running'] | undefined;
  readonly retained: SeenTemporal['retained'] | undefined;
}

export function seenFrom({ subject, server, namespace: watched, queue, running, retained }: LastAnswers): SeenTemporal {
  const { address, namespace, taskQueue } = subject;
  const answer = queue.seen();
  const failure = queue.failure();
  const namespaceState = watched.seen();
  return {
    address,
    namespace,
    taskQueue,
    server: serverFor(server.seen(), watched.failure(), queue.forgottenAt()),
    ...(namespaceState && { namespaceState }),
    ...(answer && { queue: answer }),
    ...(failure && { queueFailure: failure }),
    ...(running && { running }),
    ...(retained && { retained }),
  };
}

/** Of a namespace that nothing can be learnt of, though the server answers, the server is as good as silent. */
function serverFor(seen: SeenServer, failure: QuestionFailure | undefined, forgottenAt: string | undefined): SeenServer {
  if (seen.state !== 'Answers') return seen;
  if (failure) return { state: 'Fails', ...failure };
  return forgottenAt !== undefined && forgottenAt > seen.since ? { state: 'Answers', since: forgottenAt } : seen;
}
