/** The whole way: the spec's Process rendered, applied, its workers started, a workflow completed, and a status that says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { root } from '../testbed/parts.ts';
import { apply, type LiveBed, openLiveBed, renderProcess, specOf, statusOf, temporalNamespace, untilCondition } from './live-bed.ts';

const test = suite<{ bed: LiveBed }>('live');

test.before(async (context) => {
  context.bed = await openLiveBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('a Process becomes Ready when its workers poll, and its workflow completes', async ({ bed }) => {
  await apply(bed, renderProcess(bed, 'l2o', specOf(bed, 'l2o')));
  const status = await untilCondition(bed, 'l2o', ['Ready', 'True']);
  const pinned = JSON.parse(readFileSync(join(root, 'examples/definitions/t123/L2O_v3/3.json'), 'utf8')) as { version: number };
  assert.is(status.definition!.version, pinned.version);
  assert.match(status.definition!.checksum, /^sha256:[0-9a-f]{64}$/);
  assert.is(status.workers!.summary, '1/1');
  const connection = await Connection.connect({ address: bed.temporal.address });
  try {
    const client = new Client({ connection, namespace: temporalNamespace });
    const handle = await startProcess(client, { workflowId: 'lead-1', taskQueue: 'l2o-tq', checksum: status.definition!.checksum });
    const result = await handle.result();
    console.log(JSON.stringify(result).slice(0, 500));
  } finally {
    await connection.close();
  }
  console.log(JSON.stringify(await statusOf(bed, 'l2o'), null, 1));
});

test.run();
