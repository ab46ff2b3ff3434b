import { Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SeenRetained } from '../../src/sidecar/observation.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { command, namespace, type Service, start, type Task, withWorker } from './draining.ts';
import { subjectFor, type Watching, watching } from './watching.ts';

const retained = suite<{ server: TemporalServer; connection: Connection }>('who needs a retained definition');

retained.before(async (context) => {
  context.server = await startTemporal({ namespaces: [namespace] });
  context.connection = Connection.lazy({ address: context.server.address, interceptors: [] });
});
retained.after(async ({ server, connection }) => {
  await connection?.close();
  await server?.stop();
});

const sums = ['11', '22', '33'].map((two) => `sha256:${two.repeat(32)}`) as [string, string, string];
const json = (value: unknown, type?: string) => ({
  metadata: { encoding: Buffer.from('json/plain'), ...(type && { type: Buffer.from(type) }) },
  data: Buffer.from(JSON.stringify(value)),
});
const says = (checksum: string) => ({ searchAttributes: { indexedFields: { ProcessDefinitionChecksum: json(checksum, 'Keyword') } } });

async function untilSaid({ watch }: Watching, key: string, isSo: (seen: SeenRetained) => boolean): Promise<SeenRetained> {
  const look = () => watch.seen(key)?.retained;
  return (await until({ what: 'an answer about the retained', look, isSo: (seen) => seen !== undefined && isSo(seen), limitMs: 30_000 }))!;
}

const quick = { retainedIntervalMs: 1_000 };

retained('running workflows that say so are counted, later ones too; who does not say is told apart', ({ server, connection }) =>
  watching(async (all) => {
    const { workflowService: service } = connection;
    const key = 'sales/counted';
    all.watch.set(subjectFor(server.address, { key, namespace, taskQueue: 'counted' }));
    all.watch.setRetained(key, sums.slice(0, 2));
    const first = await untilSaid(all, key, () => true);
    assert.equal({ ...first, askedAt: '' }, { askedAt: '', running: { [sums[0]]: 0, [sums[1]]: 0 }, unnamed: 0, schedules: {} });
    const late = await start(service, 'counted', says(sums[0]));
    await start(service, 'counted', says(sums[2]));
    await start(service, 'elsewhere', says(sums[1]));
    await untilSaid(all, key, ({ running }) => running?.[sums[0]] === 1 && running[sums[1]] === 0);
    const silent = await start(service, 'counted');
    const { changes } = all;
    const seen = await untilSaid(all, key, (answer) => 'unnamed' in answer && answer.unnamed === 1);
    assert.equal(changes.filter((change) => change.key === key).at(-1)?.seen.retained, seen);
    for (const workflowExecution of [late, silent]) await service.terminateWorkflowExecution({ namespace, workflowExecution });
    await untilSaid(all, key, (answer) => 'unnamed' in answer && answer.unnamed === 0 && answer.running[sums[0]] === 0);
    // Not now: then what was answered is not so any more. And others are asked about anew.
    all.watch.setRetained(key, undefined);
    assert.is(all.watch.seen(key)?.retained, undefined);
    all.watch.setRetained(key, [sums[2]]);
    await untilSaid(all, key, ({ running }) => running?.[sums[2]] === 1);
    all.watch.remove(key);
    assert.is(all.watch.seen(key), undefined);
  }, quick),
);

retained('a workflow that always continues as new keeps its definition, and so does what it begins', ({ server, connection }) =>
  watching(async (all) => {
    const { workflowService: service } = connection;
    const key = 'sales/loops';
    const again = {
      commandType: command.continueAsNew,
      continueAsNewWorkflowExecutionCommandAttributes: { workflowType: { name: 'loop' }, taskQueue: { name: 'loops' }, ...says(sums[0]) },
    };
    const child = ({ workflowExecution }: Task) => ({
      commandType: command.startChild,
      startChildWorkflowExecutionCommandAttributes: {
        namespace,
        workflowId: `child-of-${workflowExecution!.workflowId}`,
        workflowType: { name: 'child' },
        taskQueue: { name: 'loops' },
        // Its parent ends, and it goes on.
        parentClosePolicy: 2 as const,
        ...says(sums[1]),
      },
    });
    const decide = (task: Task) => {
      const isFirst = task.previousStartedEventId?.toString() === '0';
      if (task.workflowType?.name === 'loop') return [again];
      return task.workflowType?.name === 'parent' && isFirst ? [child(task)] : [];
    };
    const work = async () => {
      await start(service, 'loops', { workflowType: { name: 'loop' }, ...says(sums[0]) });
      const parent = await start(service, 'loops', { workflowType: { name: 'parent' }, ...says(sums[2]) });
      all.watch.set(subjectFor(server.address, { key, namespace, taskQueue: 'loops' }));
      all.watch.setRetained(key, sums);
      await untilSaid(all, key, ({ running }) => sums.every((sum) => running?.[sum] === 1));
      await service.terminateWorkflowExecution({ namespace, workflowExecution: parent });
      await untilSaid(all, key, ({ running }) => running?.[sums[2]] === 0 && running[sums[1]] === 1);
      const seen = new Set<number | undefined>();
      for (let looks = 0; looks < 3; looks++) {
        const before = all.watch.seen(key)?.retained?.askedAt;
        const { running } = await untilSaid(all, key, ({ askedAt }) => askedAt !== before);
        seen.add(running?.[sums[0]]);
      }
      assert.equal([...seen], [1], 'a loop is never taken for gone');
    };
    await withWorker(server.address, 'loops', { decide, work });
  }, quick),
);

const schedule = (taskQueue: string, action: object) => ({
  spec: { interval: [{ interval: { seconds: 3_600 } as never }] },
  action: { startWorkflow: { workflowId: 'nightly', workflowType: { name: 'any' }, taskQueue: { name: taskQueue }, ...action } },
  state: { paused: true },
});

async function create(service: Service, scheduleId: string, of: ReturnType<typeof schedule>): Promise<void> {
  await service.createSchedule({ namespace, scheduleId, schedule: of, requestId: scheduleId });
}

retained('a Schedule of the queue that carries a checksum needs it, paused or not', ({ server, connection }) =>
  watching(async (all) => {
    const { workflowService: service } = connection;
    const key = 'sales/by-schedule';
    await create(service, 'by-input', schedule('scheduled', { input: { payloads: [json({ checksum: sums[0] })] } }));
    await create(service, 'by-attribute', schedule('scheduled', says(sums[1])));
    await create(service, 'other-queue', schedule('other', says(sums[2])));
    all.watch.set(subjectFor(server.address, { key, namespace, taskQueue: 'scheduled' }));
    all.watch.setRetained(key, sums);
    const wanted = { [sums[0]]: 'by-input', [sums[1]]: 'by-attribute' };
    await untilSaid(all, key, (seen) => 'schedules' in seen && JSON.stringify(seen.schedules) === JSON.stringify(wanted));
    await service.deleteSchedule({ namespace, scheduleId: 'by-input' });
    await untilSaid(all, key, (seen) => 'schedules' in seen && !(sums[0] in seen.schedules));
  }, quick),
);

retained('where the attribute is not registered, or the server is away, no zero is told', ({ server }) =>
  watching(async (all) => {
    const key = 'bare/x';
    all.watch.set({ key, address: server.address, namespace: 'temporal-system', taskQueue: 'x' });
    all.watch.setRetained(key, sums);
    const seen = await untilSaid(all, key, ({ failure }) => failure !== undefined);
    assert.is(seen.failure, 'AttributeMissing');
    const silent = 'sales/silent';
    all.watch.set(subjectFor(server.address, { key: silent, namespace, taskQueue: 'silent' }));
    await all.whenSeen(silent, ({ queue }) => queue !== undefined);
    await server.kill();
    await all.whenSeen(silent, (now) => now.server.state === 'Fails');
    all.watch.setRetained(silent, sums);
    const failed = await untilSaid(all, silent, ({ failure }) => failure !== undefined);
    assert.is(failed.failure, 'NotAnswered');
    await server.restart();
    await untilSaid(all, silent, ({ running }) => running?.[sums[0]] === 0);
  }, quick),
);

retained.run();
