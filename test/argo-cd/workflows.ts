/** Workflows on the queue of a Process that wait for two signals: started, ended when a test wants it, and how they ended. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { startProcess } from '../../examples/worker/start-process.ts';
import { until } from '../testbed/until.ts';
import { storyOf } from './workflow-story.ts';

export interface Workflows {
  readonly ids: readonly string[];
  /** Ends those from `from` on, `count` of them. */
  end(from: number, count: number): Promise<void>;
  /** How many of them ended how: `{ COMPLETED: 18, RUNNING: 2 }`. */
  outcomes(): Promise<Readonly<Record<string, number>>>;
  /** A minute and a half is for a machine that is busy: a workflow task that was lost is tried again after ten seconds, an activity after thirty. */
  untilCompleted(count: number): Promise<void>;
}

export interface WorkflowsStart {
  readonly client: Client;
  readonly taskQueue: string;
  readonly count: number;
  readonly prefix?: string;
  /** The definition that they begin with; default: whichever the worker has. */
  readonly checksum?: string;
}

export async function startWorkflows({ client, taskQueue, count, prefix = taskQueue, checksum }: WorkflowsStart): Promise<Workflows> {
  const ids = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  await Promise.all(ids.map((workflowId) => startProcess(client, { workflowId, taskQueue, ...(checksum && { checksum }) })));
  const ended = new Set<string>();
  const end = async (id: string) => {
    ended.add(id);
    const handle = client.workflow.getHandle(id);
    for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal).catch(ignoreEnded);
  };
  const outcomes = async () => {
    const found: Record<string, number> = {};
    for (const id of ids) {
      const { name } = (await client.workflow.getHandle(id).describe()).status;
      found[name] = (found[name] ?? 0) + 1;
    }
    return found;
  };
  return {
    ids,
    end: async (from, number) => {
      await Promise.all(ids.slice(from, from + number).map(end));
    },
    outcomes,
    untilCompleted: async (wanted) => {
      const what = `${wanted} workflows to be completed`;
      const isSo = ({ COMPLETED = 0 }: Readonly<Record<string, number>>) => COMPLETED === wanted;
      await until({ what, look: outcomes, isSo, limitMs: 90_000 }).catch(async (error: Error) => {
        throw new Error([error.message, ...(await storiesOf(client, ended))].join('\n'));
      });
    },
  };
}

/** Of those that do not end though they should. */
async function storiesOf(client: Client, ids: Iterable<string>): Promise<string[]> {
  const stories: string[] = [];
  for (const id of ids) {
    const { status } = await client.workflow.getHandle(id).describe();
    if (status.name !== 'COMPLETED') stories.push(await storyOf(client, id));
  }
  return stories;
}

/** A workflow that needs no second signal may have ended before it. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
