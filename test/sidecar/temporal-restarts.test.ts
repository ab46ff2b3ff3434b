/** A Temporal that is killed and started again has forgotten who polls: that changes no verdict, and the workers are left alone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { type LiveBed, openLiveBed, podsOf, processOf, render } from './live-bed.ts';
import { isReady } from './stories.ts';

const test = suite<{ bed: LiveBed }>('restarts of Temporal');

test.before(async (context) => {
  context.bed = await openLiveBed();
  const { bed } = context;
  await apply(bed.plane, render(bed, [processOf('calm')]).get('calm')!);
  await bed.statuses.untilSays('calm', isReady);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('the server is killed and started at once: nothing is said, though it forgot its pollers', async ({ bed }) => {
  const before = bed.statuses.of('calm').length;
  await bed.temporal.restart();
  await untilAsked(bed, Date.now(), () => true);
  assert.equal(bed.statuses.of('calm').slice(before), []);
});

test('the server is away for longer than the grace: unreachable, then healthy within 3 s, and no word of lost workers', async ({ bed }) => {
  const pods = await podsOf(bed, 'calm');
  await bed.temporal.kill();
  await bed.statuses.untilSays('calm', { TemporalHealthy: /^False TemporalUnreachable/, WorkersReady: /^Unknown/, Ready: /^False/ });
  assert.equal(await podsOf(bed, 'calm'), pods, 'workers are left alone');
  await bed.temporal.restart();
  const back = Date.now();
  const healthy = await bed.statuses.untilSays('calm', { TemporalHealthy: /^True/ });
  assert.ok(healthy.at - back < 3_000, `healthy ${healthy.at - back} ms after the server answered`);
  await bed.statuses.untilSays('calm', isReady);
  await untilAsked(bed, back, (pollers) => pollers > 0);
  const since = bed.statuses.of('calm').filter(({ at }) => at >= healthy.at);
  assert.ok(!since.some(({ conditions }) => /^False/.test(conditions.WorkersReady!)), JSON.stringify(since, null, 1));
});

test.run();

/** Temporal was asked about the queue of `calm` after a time, and named so many live pollers. */
async function untilAsked({ sidecar }: LiveBed, after: number, isSo: (pollers: number) => boolean): Promise<void> {
  const look = async () => {
    const [pollers, age] = await Promise.all(
      ['process_pollers_live', 'process_queue_answer_age_seconds'].map((name) => sidecar.metric(name, { process: 'calm' })),
    );
    return { pollers: pollers!, askedAt: Date.now() - age! * 1000 };
  };
  await until({ what: 'an answer', look, isSo: ({ pollers, askedAt }) => askedAt > after && isSo(pollers), limitMs: 90_000 });
}
