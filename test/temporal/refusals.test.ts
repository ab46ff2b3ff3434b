import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import type { TemporalServer } from '../testbed/temporal-server.ts';
import { startTemporal } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { subjectFor, type Watching, watching, withGateway } from './watching.ts';

const refusals = suite<{ server: TemporalServer }>('questions that fail');

refusals.before(async (context) => {
  context.server = await startTemporal({ namespaces: ['sales'] });
});
refusals.after(async ({ server }) => {
  await server?.stop();
});

const key = 'sales/l2o';
const isAnswered = ({ queue }: SeenTemporal) => queue !== undefined;
const fails = ({ server }: SeenTemporal) => server.state === 'Fails';
const answers = ({ server }: SeenTemporal) => server.state === 'Answers';

async function answered({ watch, whenSeen }: Watching, address: string) {
  watch.set(subjectFor(address));
  await whenSeen(key, isAnswered);
}

refusals('questions about a queue that fail are told as such: the server is well', ({ server }) =>
  withGateway(server.address, async (gateway) => {
    await watching(async (all) => {
      await answered(all, gateway.address);
      for (const [refusal, failure] of [
        ['UNAVAILABLE', 'Unreachable'],
        ['PERMISSION_DENIED', 'Forbidden'],
        ['UNAUTHENTICATED', 'Unauthenticated'],
      ] as const) {
        gateway.refuse('DescribeTaskQueue', refusal);
        const { seen } = await all.whenSeen(key, ({ queueFailure }) => queueFailure?.failure === failure);
        assert.is(seen.queueFailure?.message, 'DescribeTaskQueue fails: the gateway of the test bed refuses DescribeTaskQueue');
        assert.ok(answers(seen) && seen.queue, 'what was known is kept');
        gateway.refuse('DescribeTaskQueue', undefined);
        await all.whenSeen(key, ({ queueFailure }) => queueFailure === undefined);
      }
      assert.equal(
        all.changes.filter(({ seen }) => fails(seen)),
        [],
      );
    });
  }),
);

refusals('too many questions: fewer are asked, and nothing is told', ({ server }) =>
  withGateway(server.address, async (gateway) => {
    await watching(
      async (all) => {
        await answered(all, gateway.address);
        const told = all.changes.length;
        gateway.refuse('DescribeTaskQueue', 'RESOURCE_EXHAUSTED');
        await until({ what: 'refusals', look: () => all.count('DescribeTaskQueue', 'RateLimited'), isSo: (count) => count >= 2 });
        const before = all.count('DescribeTaskQueue', 'RateLimited');
        await delay(4_000);
        assert.ok(all.count('DescribeTaskQueue', 'RateLimited') - before <= 2, 'it backs off');
        assert.is(all.changes.length, told);
        assert.ok(all.watch.oldestAnswerMs() > 4_000, 'how old the answer is shows');
        gateway.refuse('DescribeTaskQueue', undefined);
        await until({ what: 'a new answer', look: () => all.watch.oldestAnswerMs(), isSo: (age) => age < 2_000, limitMs: 12_000 });
      },
      { rate: 10 },
    );
  }),
);

refusals('a gateway that does not let health be asked', ({ server }) =>
  withGateway(server.address, async (gateway) => {
    gateway.refuse('Check', 'PERMISSION_DENIED');
    await watching(async (all) => {
      await answered(all, gateway.address);
      assert.is(all.count('GetSystemInfo', 'OK'), 1);
    });
  }),
);

refusals.run();
