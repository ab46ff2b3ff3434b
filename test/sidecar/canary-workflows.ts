/** Workflows on the queue of a Process with a canary: each says which definition it runs, and ends with that. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { checksumOf } from '../../src/definition/check.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import type { DrainBed } from './drain-bed.ts';

export interface Begun {
  readonly id: string;
  /** The definition that it runs, as it says itself. */
  readonly checksum: string;
}

export function checksumOfVersion(version: number): string {
  return checksumOf(readFileSync(join(root, `examples/definitions/t123/L2O_v3/${version}.json`), 'utf8'));
}

/** Workflows of the Process, begun with this definition or with whichever the worker has; they wait for two signals. */
export async function begin(bed: DrainBed, name: string, ids: readonly string[], checksum?: string): Promise<Begun[]> {
  return Promise.all(
    ids.map(async (id) => {
      const handle = await startProcess(bed.client, { workflowId: id, taskQueue: `${name}-tq`, ...(checksum && { checksum }) });
      const found = await until({
        what: `${id} to say what it runs`,
        look: () => handle.query<{ checksum: string }>('progress').catch(() => undefined),
        isSo: (progress) => progress !== undefined,
        limitMs: 60_000,
      });
      return { id, checksum: found!.checksum };
    }),
  );
}

/** Each ends well, with the definition that it began with. */
export async function endsAsBegun(bed: DrainBed, workflows: readonly Begun[]): Promise<void> {
  await bed.end(workflows.map(({ id }) => id));
  for (const { id, checksum } of workflows) {
    const result = await bed.client.workflow.getHandle<typeof runProcess>(id).result();
    assert.is(result.checksum, checksum, id);
    assert.ok(result.done.includes('create-order'), `${id}: ${result.done.join()}`);
  }
}
