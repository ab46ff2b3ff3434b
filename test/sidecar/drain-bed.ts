/** A live bed whose Processes are drained and deleted while workflows run on their queues. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, ScheduleOverlapPolicy } from '@temporalio/client';
import { startProcess } from '../../examples/worker/start-process.ts';
import { checksumOf } from '../../src/definition/check.ts';
import { isObject, type Resource } from '../../src/resource.ts';
import { type KubeObject, request } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { type LiveBed, type LiveBedOptions, namespace, openLiveBed, processOf, remove, render, temporalNamespace } from './live-bed.ts';

export interface DrainBed extends LiveBed {
  readonly client: Client;
  /** Writes the Process with these fields of its spec, renders, applies. Gives its objects. */
  commit(name: string, change?: object): Promise<readonly KubeObject[]>;
  /** Workflows of the Process that wait for two signals; they end with `end`. */
  start(name: string, ids: readonly string[]): Promise<void>;
  end(ids: readonly string[]): Promise<void>;
  /** How each ended, or `RUNNING`. */
  outcomes(ids: readonly string[]): Promise<string[]>;
  /** A Schedule that starts workflows on the Process's queue once a year. */
  schedule(id: string, name: string, state?: { readonly paused?: boolean; readonly note?: string }): Promise<void>;
  scheduleState(id: string): Promise<string>;
  live(name: string): Promise<KubeObject | undefined>;
  drainOf(name: string): Promise<Resource>;
  /** Deletes the Process alone, as a tool does that heeds the guard. */
  deleteProcess(name: string): Promise<void>;
  untilGone(name: string, limitMs?: number): Promise<void>;
}

export const checksum = checksumOf(readFileSync(join(root, 'examples/definitions/t123/L2O_v3/3.json'), 'utf8'));

export async function openDrainBed(options: LiveBedOptions = {}): Promise<DrainBed> {
  const bed = await openLiveBed(options);
  const connection = await Connection.connect({ address: bed.temporal.address });
  const client = new Client({ connection, namespace: temporalNamespace });
  const live = async (name: string) => {
    const { code, body } = await request(bed.plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`);
    return code === 404 ? undefined : (body as KubeObject);
  };
  const end = async (ids: readonly string[]) => {
    for (const id of ids) for (const signal of ['approve-discount', 'offer-signed']) await client.workflow.getHandle(id).signal(signal);
  };
  return Object.assign(bed, {
    client,
    live,
    end,
    commit: async (name: string, change: object = {}) => {
      const objects = render(bed, [processOf(name, change)]).get(name)!;
      await apply(bed.plane, objects);
      return objects;
    },
    start: async (name: string, ids: readonly string[]) => {
      for (const workflowId of ids) await startProcess(client, { workflowId, taskQueue: `${name}-tq`, checksum });
    },
    outcomes: (ids: readonly string[]) =>
      Promise.all(ids.map(async (id) => (await client.workflow.getHandle(id).describe()).status.name as string)),
    schedule: async (scheduleId: string, name: string, state: { paused?: boolean; note?: string } = {}) => {
      await client.schedule.create({
        scheduleId,
        spec: { calendars: [{ month: 'JANUARY', dayOfMonth: 1 }] },
        action: { type: 'startWorkflow', workflowType: 'runProcess', taskQueue: `${name}-tq`, args: [] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        state,
      });
    },
    scheduleState: async (id: string) => {
      const { state } = await client.schedule.getHandle(id).describe();
      return `${state.paused ? 'paused' : 'runs'}: ${state.note ?? ''}`;
    },
    drainOf: async (name: string) => {
      const process = await live(name);
      const status = isObject(process?.status) ? process.status : {};
      return isObject(status.drain) ? status.drain : {};
    },
    deleteProcess: async (name: string) => {
      await remove(bed, (await live(name))!);
    },
    untilGone: async (name: string, limitMs = 60_000) => {
      await until({ what: `${name} to be gone`, look: () => live(name), isSo: (found) => found === undefined, limitMs });
    },
    stop: stopAfter(connection, bed.stop),
  });
}

function stopAfter(connection: Connection, stop: () => Promise<void>): () => Promise<void> {
  return async () => {
    await connection.close();
    await stop();
  };
}
