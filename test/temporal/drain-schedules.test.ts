import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenSchedule } from '../../src/temporal/drain/drain-port.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { type Draining, draining, namespace, type Service } from './draining.ts';

const schedules = suite<{ server: TemporalServer }>('Schedules of a drain');

schedules.before(async (context) => {
  context.server = await startTemporal({ namespaces: [namespace] });
});
schedules.after(async ({ server }) => {
  await server?.stop();
});

type Schedule = NonNullable<Parameters<Service['createSchedule']>[0]['schedule']>;

const scheduleOf = (taskQueue: string, state: Schedule['state'] = {}, more: Partial<Schedule> = {}): Schedule => ({
  spec: { cronString: ['0 12 * * MON-FRI'], jitter: { seconds: 60 } as never, timezoneName: 'Europe/Paris' },
  action: { startWorkflow: { workflowId: `by-schedule-${taskQueue}`, workflowType: { name: 'any' }, taskQueue: { name: taskQueue } } },
  state,
  ...more,
});

async function create(service: Service, scheduleId: string, schedule: Schedule): Promise<void> {
  await service.createSchedule({ namespace, scheduleId, schedule, requestId: randomUUID(), identity: 'a test' });
}

async function remove(service: Service, ...ids: readonly string[]): Promise<void> {
  for (const scheduleId of ids) await service.deleteSchedule({ namespace, scheduleId }).catch(() => {});
}

const byId = (seen: readonly SeenSchedule[]) => [...seen].sort((a, b) => (a.id < b.id ? -1 : 1));
const untilSeen = async ({ port }: Draining, ids: readonly string[]) => {
  const isSo = (seen: readonly SeenSchedule[]) =>
    byId(seen)
      .map(({ id }) => id)
      .join() === ids.join();
  return byId(await until({ what: `Schedules ${ids.join()}`, look: () => port.schedules(), isSo }));
};
const stateOf = async (service: Service, scheduleId: string) => {
  const { schedule } = await service.describeSchedule({ namespace, scheduleId });
  return { paused: schedule?.state?.paused ?? false, note: schedule?.state?.notes ?? '' };
};
/** What a Schedule is but for its state, and when it was last updated. */
const restOf = async (service: Service, scheduleId: string) => {
  const { schedule } = await service.describeSchedule({ namespace, scheduleId });
  return JSON.stringify({ ...schedule, state: { ...schedule?.state, paused: undefined, notes: undefined } });
};

schedules('those of the queue are found, with their notes; those of others are not', ({ server }) =>
  draining(server.address, 'mine', async (all) => {
    const { port, service } = all;
    assert.equal(await port.schedules(), []);
    await create(service, 'a', scheduleOf('mine'));
    await create(service, 'b', scheduleOf('mine', { notes: 'by hand: "no" work\non Sundays ✓', paused: true }));
    await create(service, 'c', scheduleOf('Mine'));
    await create(service, 'd', scheduleOf('other', { notes: 'mine' }));
    assert.equal(await untilSeen(all, ['a', 'b']), [
      { id: 'a', paused: false, note: '', buffered: 0 },
      { id: 'b', paused: true, note: 'by hand: "no" work\non Sundays ✓', buffered: 0 },
    ]);
    await remove(service, 'a', 'b', 'c', 'd');
    await untilSeen(all, []);
  }),
);

schedules('a note is restored exactly, an empty one too, and nothing else of the Schedule changes', ({ server }) =>
  draining(server.address, 'notes', async (all) => {
    const { port, service } = all;
    const input = { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"lead":4711}') }] };
    const whole: Partial<Schedule> = {
      policies: { overlapPolicy: 2, catchupWindow: { seconds: 600 } as never, pauseOnFailure: true },
      action: {
        startWorkflow: {
          workflowId: 'x',
          workflowType: { name: 'any' },
          taskQueue: { name: 'notes' },
          input,
          memo: { fields: { m: input.payloads[0]! } },
        },
      },
    };
    for (const notes of ['', ' ', 'weekly report', 'paused by nobody', 'it\'s "quoted"\n\tand ✓']) {
      await create(service, 'n', scheduleOf('notes', { notes, limitedActions: true, remainingActions: 5 as never }, whole));
      const before = await restOf(service, 'n');
      await port.pause('n', 'ameide-process: paused for the drain of sales/l2o');
      assert.equal(await stateOf(service, 'n'), { paused: true, note: 'ameide-process: paused for the drain of sales/l2o' });
      await port.resume('n', notes);
      // A second time, as after a crash, changes nothing.
      await port.resume('n', notes);
      assert.equal(await stateOf(service, 'n'), { paused: false, note: notes }, JSON.stringify(notes));
      assert.is(await restOf(service, 'n'), before);
      await remove(service, 'n');
    }
  }),
);

schedules('a Schedule that is gone is no failure, whether it was listed or not', ({ server }) =>
  draining(server.address, 'gone', async (all) => {
    const { port, service } = all;
    await create(service, 'g', scheduleOf('gone'));
    await untilSeen(all, ['g']);
    await service.deleteSchedule({ namespace, scheduleId: 'g' });
    for (const note of ['', 'a note']) await port.resume('g', note);
    await port.pause('g', 'a note');
    await port.resume('never there', '');
    await untilSeen(all, []);
  }),
);

schedules('actions that are buffered are told, and one that is edited meanwhile keeps the edit', ({ server }) =>
  draining(server.address, 'busy', async (all) => {
    const { port, service } = all;
    // The first run never ends, so that the next ones wait for it.
    const every = { spec: { interval: [{ interval: { seconds: 1 } as never }] }, policies: { overlapPolicy: 3 as never } };
    await create(service, 'b', scheduleOf('busy', {}, every));
    const look = async () => (await port.schedules())[0]?.buffered ?? 0;
    await until({ what: 'buffered actions', look, isSo: (buffered) => buffered >= 2, limitMs: 20_000 });
    await port.pause('b', 'ours');
    const { schedule, conflictToken } = await service.describeSchedule({ namespace, scheduleId: 'b' });
    const edited = { ...schedule, spec: { interval: [{ interval: { seconds: 7_200 } as never }] } };
    await service.updateSchedule({ namespace, scheduleId: 'b', schedule: edited, conflictToken, requestId: 'edit' });
    await port.resume('b', '');
    const after = await service.describeSchedule({ namespace, scheduleId: 'b' });
    assert.is(Number(after.schedule?.spec?.interval?.[0]?.interval?.seconds), 7_200);
    assert.equal(await stateOf(service, 'b'), { paused: false, note: '' });
    await remove(service, 'b');
  }),
);

schedules('of many, those known to be elsewhere are not looked at again; what a list shows as changed is', ({ server }) =>
  draining(server.address, 'few', async (all) => {
    const { service, count, port } = all;
    const ids = Array.from({ length: 120 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    for (let at = 0; at < ids.length; at += 10) {
      await Promise.all(ids.slice(at, at + 10).map((id) => create(service, id, scheduleOf('elsewhere'))));
    }
    await create(service, 'mine', scheduleOf('few'));
    const lists = async () => (await service.listSchedules({ namespace, maximumPageSize: 1_000 })).schedules?.length;
    await until({ what: 'all of them listed', look: lists, isSo: (found) => found === 121 });
    await untilSeen(all, ['mine']);
    const described = async () => {
      const before = count('DescribeSchedule', 'OK');
      await port.schedules();
      return count('DescribeSchedule', 'OK') - before;
    };
    // What a list tells of a new one is not complete at once.
    await until({ what: 'one Schedule described', look: described, isSo: (one) => one === 1 });
    const { schedule, conflictToken } = await service.describeSchedule({ namespace, scheduleId: ids[0]! });
    const moved = scheduleOf('few', { notes: 'moved' });
    await service.updateSchedule({ namespace, scheduleId: ids[0]!, schedule: { ...schedule, ...moved }, conflictToken, requestId: 'move' });
    await untilSeen(all, [ids[0]!, 'mine']);
    for (let at = 0; at < ids.length; at += 10) await remove(service, ...ids.slice(at, at + 10));
    await remove(service, 'mine');
  }),
);

schedules.run();
