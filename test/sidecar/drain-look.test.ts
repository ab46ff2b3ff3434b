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
    asked.push(agoMs(ageMs));
    return { askedAt: asked.at(-1)!, count };
  };
  const port = { running, count: async () => 0, schedules: async () => [] };
  const temporal = { seen: () => undefined, drainPort: () => port } as unknown as TemporalWatch;
  const cluster = { processes: new Map(), queues: { candidates: () => [] } } as unknown as Cluster;
  return { asked, looks: openDrainLooks(cluster, temporal) };
}

test('a zero stands until another one counts: who is looked at again meanwhile is not asked about again', async () => {
  const { asked, looks } = bed(0, zeroGapMs - 500);
  const [first, second] = [await looks.look(key, deleted()), await looks.look(key, deleted())];
  assert.is(asked.length, 1);
  assert.is(first?.work?.at, asked[0]);
  assert.is(second?.work?.at, asked[0]);
});

test('then it is asked for', async () => {
  const { asked, looks } = bed(0, zeroGapMs);
  await looks.look(key, deleted());
  const second = await looks.look(key, deleted());
  assert.is(asked.length, 2);
  assert.is(second?.work?.at, asked[1]);
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
