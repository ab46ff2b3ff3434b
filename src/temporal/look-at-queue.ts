/** One look at a task queue, for a person who waits for it: who polls it, what waits in it, what runs. What fails of it is told in its place. */
import type { QueueType, SeenNamespace } from '../sidecar/observation.ts';
import { askNamespace } from './ask-namespace.ts';
import { askQueue, type QueueAnswer } from './ask-queue.ts';
import { openConnection, type TemporalConnection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { countRunning } from './drain/running.ts';
import { type FailureKind, translate } from './failure.ts';
import type { Ask } from './in-turn.ts';
import type { Subject } from './subject.ts';

export interface QueueLook {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly askedAt: string;
  /** Nothing could be learnt of the queue, because of this. */
  readonly failure?: { readonly kind: FailureKind; readonly message: string };
  readonly namespaceState?: SeenNamespace['state'];
  readonly workflow?: TypeLook;
  readonly activity?: TypeLook;
  /** Running workflows of the queue; a text: why they could not be counted. */
  readonly running?: number | string;
}

/** Of one type of task. */
export type TypeLook = Omit<QueueAnswer, 'askedAt'>;

/** Never throws: who looks is told what is in the way. It takes as long as two calls may. */
export async function lookAtQueue(subject: Subject, readCredentials: (subject: Subject) => Promise<Credentials>): Promise<QueueLook> {
  const { address, namespace, taskQueue } = subject;
  const where = { address, namespace, taskQueue, askedAt: new Date().toISOString() };
  let connection: TemporalConnection | undefined;
  try {
    connection = openConnection({ subject, credentials: await readCredentials(subject), onDrop: () => {} });
    const { state, hasPause = false } = await askNamespace(connection, namespace);
    if (state === 'NotFound') return { ...where, namespaceState: state };
    const [workflow, activity, running] = await Promise.all([
      lookAt(connection, subject, 'workflow'),
      lookAt(connection, subject, 'activity'),
      countRunning({ ...subject, ask: askThrough(connection), hasPause: () => hasPause }).catch(whyNot),
    ]);
    return { ...where, namespaceState: state, workflow, activity, running };
  } catch (error) {
    const { kind, message } = translate(error);
    return { ...where, failure: { kind, message } };
  } finally {
    connection?.close();
  }
}

async function lookAt(connection: TemporalConnection, subject: Subject, type: QueueType): Promise<TypeLook> {
  const { askedAt: _, ...look } = await askQueue(connection, subject, type);
  return look;
}

function askThrough(connection: TemporalConnection): Ask {
  return (_method, question) => connection.ask(({ workflowService }) => question(workflowService));
}

function whyNot(error: unknown): string {
  return translate(error).message;
}
