/** What a drain asks of Temporal when its Process is looked at again and again. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../../src/names.ts';
import type { Resource } from '../../src/resource.ts';
import type { Cluster } from '../../src/sidecar/cluster.ts';
import { openDrainLooks } from '../../src/sidecar/drain/look.ts';
import { zeroGapMs } from '../../src/sidecar/drain/machine.ts';
import type { TemporalWatch } from '../../src/temporal/temporal-watch.ts';

const test = suite('drain looks');

const key = 'sales/l2o';
const agoMs = (ms: number) => new Date(Date.now() - ms).toISOString();

/** A Process that is being deleted; `status` as it would be. */
const deleted = (status: object = {}): Resource => ({
  metadata: { namespace: 'sales', name: 'l2o', deletionTimestamp: '2026-11-24T10:00:00Z', finalizers: [drainFinalizer] },
  spec: {},
  status,
});

/** Of a queue on which so many run, asked about so long ago by its own clock. */
function bed(count: number, ageMs: number) {
  const asked: string[] = [];
  const running = async () => {
    // Each at a time of its own.
    asked.push(agoMs(ageMs + 100 * asked.length));
    return { askedAt: asked.at(-1)!, count };
  };
  const port = { running, count: async () => 0, schedules: async () => [] };
  const temporal = { seen: () => undefined, drainPort: () => port } as unknown as TemporalWatch;
  const cluster = { processes: new Map(), queues: { candidates: () => [] } } as unknown as Cluster;
  return { asked, looks: openDrainLooks(cluster, temporal) };
}

/** As the machine writes it after a look. */
const counted = (zeroAt: string, zeros = 1) => deleted({ drain: { phase: 'Settling', since: agoMs(60_000), remaining: 0, zeros, zeroAt } });

test('while zeros are missing the last one stands until another one counts: it is not asked about again', async () => {
  const { asked, looks } = bed(0, zeroGapMs - 500);
  await looks.look(key, deleted());
  for (const zeros of [1, 2]) {
    const again = await looks.look(key, counted(asked[0]!, zeros));
    assert.is(again?.work?.at, asked[0]);
    assert.is(again?.work?.remaining, 0);
  }
  assert.is(asked.length, 1);
});

test('then it is asked for', async () => {
  const { asked, looks } = bed(0, zeroGapMs);
  await looks.look(key, deleted());
  const second = await looks.look(key, counted(asked[0]!));
  assert.is(asked.length, 2);
  assert.is(second?.work?.at, asked[1]);
});

test('nothing is released for a zero of before: it is asked about who has all zeros, and whose last one the status has not counted', async () => {
  const { asked, looks } = bed(0, 0);
  await looks.look(key, deleted());
  await looks.look(key, counted(asked[0]!, 3));
  assert.is(asked.length, 2, 'a workflow may have been started since');
  await looks.look(key, counted(asked[0]!, 2));
  assert.is(asked.length, 3, 'the write of the third zero failed');
});

test('what runs is counted each time', async () => {
  const { asked, looks } = bed(1, 0);
  await looks.look(key, deleted());
  await looks.look(key, deleted());
  assert.is(asked.length, 2);
});

test('what a status says of a zero is not believed, nor what was seen of one that is gone', async () => {
  const { asked, looks } = bed(0, 0);
  const drain = { phase: 'Drained', since: agoMs(60_000), zeros: 3, zeroAt: agoMs(100), remaining: 0 };
  await looks.look(key, deleted({ drain }));
  assert.is(asked.length, 1);
  looks.forget(key);
  await looks.look(key, deleted({ drain }));
  assert.is(asked.length, 2);
});

test.run();
