import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openSharedCounts } from '../../src/temporal/drain/shared-counts.ts';
import type { Ask } from '../../src/temporal/in-turn.ts';

const shared = suite('shared counts');

interface Told {
  /** What runs, by queue. */
  readonly running: Map<string, number>;
  /** The names in each question, in order. */
  readonly asked: string[][];
  fail?: Error;
  turnAfterMs?: number;
}

/** Answers as Temporal does, from the names in the query. Each question is put twice, as after a renewal of credentials. */
function answering(told: Told): Ask {
  const serviceThat = (learns: (names: string[]) => void) => ({
    countWorkflowExecutions: async ({ query }: { query: string }) => {
      const names = [...query.split(' AND ')[0]!.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
      learns(names);
      return { count: names.reduce((sum, name) => sum + (told.running.get(name) ?? 0), 0) };
    },
  });
  return async (_method, question) => {
    await delay(told.turnAfterMs ?? 0);
    if (told.fail) throw told.fail;
    let first: string[] = [];
    await question(serviceThat((names) => (first = names)) as never);
    return question(
      serviceThat((names) => {
        assert.equal(names, first);
        told.asked.push(names);
      }) as never,
    );
  };
}

function bed(running: Record<string, number>) {
  const told: Told = { running: new Map(Object.entries(running)), asked: [] };
  const place = { ask: answering(told), namespace: 'sales', hasPause: () => false };
  const queues = new Map<string, typeof place & { taskQueue: string }>();
  const counts = openSharedCounts(place);
  const count = async (names: readonly string[]) => {
    told.asked.length = 0;
    const all = await Promise.all(
      names.map((taskQueue) => {
        const queue = queues.get(taskQueue) ?? { ...place, taskQueue };
        queues.set(taskQueue, queue);
        return counts.of(queue);
      }),
    );
    return Object.fromEntries(names.flatMap((name, at) => (all[at]!.count > 0 ? [[name, all[at]!.count]] : [])));
  };
  return { told, count };
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `q${at}`);

shared('a hundred queues on which nothing runs take two questions', async () => {
  const { told, count } = bed({});
  assert.equal(await count(names(100)), {});
  assert.equal(
    told.asked.map(({ length }) => length),
    [50, 50],
  );
  assert.equal(told.asked.flat(), names(100));
});

shared('the one on which something runs is found half by half, and asked alone from then on, until nothing runs', async () => {
  const { told, count } = bed({ q33: 2 });
  assert.equal(await count(names(50)), { q33: 2 });
  assert.ok(told.asked.length <= 13, JSON.stringify(told.asked));
  assert.equal(await count(names(50)), { q33: 2 });
  assert.equal(told.asked.map(({ length }) => length).sort(), [1, 49]);
  told.running.clear();
  assert.equal(await count(names(50)), {});
  assert.equal(await count(names(50)), {});
  assert.is(told.asked.length, 1);
});

shared('where much runs each is asked for itself', async () => {
  const { told, count } = bed(Object.fromEntries(names(20).map((name) => [name, 1])));
  assert.equal(await count(names(40)), Object.fromEntries(names(20).map((name) => [name, 1])));
  assert.is(told.asked.length, 41);
});

shared('a name that is not plain is asked alone, and one that no query carries fails alone', async () => {
  const { told, count } = bed({ 'a b': 1 });
  assert.equal(await count(['a b', 'c', 'd']), { 'a b': 1 });
  assert.equal(told.asked.map(String).sort(), ['a b', 'c,d']);
  const all = await Promise.allSettled([count(["o'hara"]), count(['c'])]);
  assert.equal(
    all.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});

shared('what fails, fails for all who wait, and the next ones are asked again', async () => {
  const { told, count } = bed({ q1: 1 });
  told.fail = new Error('away');
  const all = await Promise.allSettled(names(3).map((name) => count([name])));
  assert.ok(all.every((one) => one.status === 'rejected' && one.reason === told.fail));
  delete told.fail;
  assert.equal(await count(names(3)), { q1: 1 });
});

shared('it was asked when there was a turn for it, not when it was wanted', async () => {
  const told: Told = { running: new Map([['busy', 1]]), asked: [], turnAfterMs: 60 };
  const place = { ask: answering(told), namespace: 'sales', hasPause: () => false };
  const counts = openSharedCounts(place);
  const wantedMs = Date.now();
  const seen = await Promise.all(['busy', 'idle'].map((taskQueue) => counts.of({ ...place, taskQueue })));
  for (const { askedAt } of seen) assert.ok(Date.parse(askedAt) >= wantedMs + 50, askedAt);
});

shared('a half that fails, fails for its own queues alone', async () => {
  const told: Told = { running: new Map([['q0', 1]]), asked: [] };
  const answer = answering(told);
  const ask: Ask = async (method, question) => {
    if (told.asked.length === 1) {
      told.asked.push([]);
      throw new Error('away for a moment');
    }
    return answer(method, question);
  };
  const place = { ask, namespace: 'sales', hasPause: () => false };
  const counts = openSharedCounts(place);
  const all = await Promise.allSettled(names(8).map((taskQueue) => counts.of({ ...place, taskQueue })));
  const failed = all.filter(({ status }) => status === 'rejected').length;
  assert.is(failed, 4);
});

shared.run();
