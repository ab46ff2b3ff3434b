/** What the workflows ask of the world outside: the mounted definitions, and the work itself. */
import { log } from '@temporalio/activity';
import type { Step } from './definition.ts';
import { readDefinition } from './definition-files.ts';
import type { Environment } from './environment.ts';
import { whileAlive } from './keep-heartbeat.ts';

export interface FoundStep {
  readonly step: Step;
  readonly index: number;
}

export type Activities = ReturnType<typeof createActivities>;

export function createActivities({ definitions, checksum: current }: Pick<Environment, 'definitions' | 'checksum'>, work = tellOf) {
  return {
    currentChecksum: async (): Promise<string> => current,

    /** One step and not the whole definition, which may have a megabyte, goes into the workflow's history. Null: there are no more. */
    readStep: async (checksum: string, at: number | string): Promise<FoundStep | null> => {
      const { steps = [] } = await readDefinition(definitions, checksum);
      const index = typeof at === 'number' ? at : steps.findIndex(({ name }) => name === at);
      if (index < 0) throw new Error(`the definition ${checksum} has no step "${at}"`);
      const step = steps[index];
      return step ? { step, index } : null;
    },

    perform: (step: Step): Promise<void> => whileAlive(() => work(step)),
  };
}

/** Here your own work begins. It may be done more than once: a worker can be gone before it has told of it. */
async function tellOf({ name, kind, activity = kind }: Step): Promise<void> {
  log.info(`step ${name}: ${activity}`);
}
