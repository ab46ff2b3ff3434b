/** The HTTP port of the sidecar: what it answers, and what becomes of metrics that fail midway. */
import { once } from 'node:events';
import { setImmediate as soon } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openProbes, type Probes } from '../../src/sidecar/probes.ts';
import { until } from '../testbed/until.ts';

interface Bed {
  probes: Probes;
  /** What /metrics answers in this test. */
  metrics: () => AsyncIterable<string>;
  /** What it waits for. */
  waitsFor: string | undefined;
  failures: string[];
}

const test = suite<Bed>('probes');

test.before(async (bed) => {
  bed.probes = await openProbes({
    host: '127.0.0.1',
    port: 0,
    notReady: () => bed.waitsFor,
    metrics: () => bed.metrics(),
    onMetricsFailed: ({ message }) => bed.failures.push(message),
  });
});
test.before.each((bed) => {
  bed.waitsFor = undefined;
  bed.failures = [];
});
test.after(({ probes }) => probes.close());

const get = ({ probes }: Bed, path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${probes.port}${path}`, init);

test('alive, and ready as soon as nothing is waited for', async (bed) => {
  bed.waitsFor = 'the API server was not listed yet';
  const [alive, waits] = await Promise.all([get(bed, '/healthz'), get(bed, '/readyz')]);
  assert.equal([alive.status, await alive.text()], [200, 'ok\n']);
  assert.equal([waits.status, await waits.text()], [503, 'the API server was not listed yet\n']);
  bed.waitsFor = undefined;
  assert.is((await get(bed, '/readyz?verbose')).status, 200);
  assert.is((await get(bed, '/')).status, 404);
});

test('metrics come piece by piece, and whole', async (bed) => {
  bed.metrics = async function* () {
    yield 'a 1\n';
    await soon();
    yield 'b 2\n';
  };
  const answer = await get(bed, '/metrics');
  assert.equal([answer.status, await answer.text()], [200, 'a 1\nb 2\n']);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(bed.failures, []);
});

test('while metrics are made other work has its turns, however fast they are taken', async (bed) => {
  let turn = 0;
  let isOver = false;
  const work = () => {
    turn++;
    if (!isOver) setImmediate(work);
  };
  const turns: number[] = [];
  bed.metrics = async function* () {
    work();
    for (let piece = 0; piece < 100; piece++) {
      turns.push(turn);
      for (const end = performance.now() + 2; performance.now() < end; );
      yield `a${piece} ${'1'.repeat(16_000)}\n`;
    }
    isOver = true;
  };
  assert.is((await (await get(bed, '/metrics')).text()).split('\n').length, 101);
  assert.ok(new Set(turns).size >= 8, `${new Set(turns).size} turns in 200 ms`);
});

test('metrics that fail midway are no whole answer, and are told', async (bed) => {
  bed.metrics = async function* () {
    yield 'a 1\n';
    await soon();
    throw new Error('no b');
  };
  const told = await get(bed, '/metrics')
    .then(
      (answer) => answer.text(),
      () => 'broken',
    )
    .catch(() => 'broken');
  assert.is(told, 'broken');
  assert.equal(bed.failures, ['no b']);
  assert.is((await get(bed, '/healthz')).status, 200);
});

test('who leaves midway is no failure', async (bed) => {
  const asked = new AbortController();
  const gate = new EventTarget();
  let isOver = false;
  bed.metrics = async function* () {
    try {
      yield 'a 1\n';
      await once(gate, 'go');
      yield 'b 2\n';
    } finally {
      isOver = true;
    }
  };
  const answer = await get(bed, '/metrics', { signal: asked.signal });
  await answer.body?.getReader().read();
  asked.abort();
  gate.dispatchEvent(new Event('go'));
  await until({ what: 'the answer to be given up', look: () => isOver, isSo: Boolean });
  assert.equal(bed.failures, []);
});

test.run();
