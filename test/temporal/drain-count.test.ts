import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TemporalError } from '../../src/temporal/failure.ts';
import { startTemporal, type TemporalServer } from '../testbed/temporal-server.ts';
import { until } from '../testbed/until.ts';
import { command, draining, namespace, start, startMany, type Task, untilCount, withWorker } from './draining.ts';

const counts = suite<{ server: TemporalServer }>('counting for a drain');

counts.before(async (context) => {
  context.server = await startTemporal({ namespaces: [namespace, 'bare'] });
});
counts.after(async ({ server }) => {
  await server?.stop();
});

counts('what runs on the queue is counted, without any worker, and no more once it is closed', ({ server }) =>
  draining(server.address, 'plain', async ({ port, service }) => {
    assert.is((await port.running()).count, 0);
    await startMany(service, 'plain', 3);
    await startMany(service, 'Plain', 2);
    const one = await start(service, 'plain');
    const later = await start(service, 'plain', { workflowStartDelay: { seconds: 3600 } as never });
    await untilCount(port, 5);
    for (const workflowExecution of [one, later]) await service.terminateWorkflowExecution({ namespace, workflowExecution });
    await untilCount(port, 3);
  }),
);

counts('queue names of every kind are counted, each for itself', async ({ server }) => {
  for (const name of [
    'pct%y',
    'pctXy',
    'a b',
    'q?m',
    'a:b',
    '$1',
    'ünï→✓',
    'emoji😀',
    'a;--',
    'a,b)',
    '%s',
    'under_score',
    'underXscore',
  ]) {
    await draining(server.address, name, async ({ port, service }) => {
      await start(service, name);
      await untilCount(port, 1);
    });
  }
});

counts('many queues are counted together, each for itself: few questions, and each learns what runs on its own', ({ server }) =>
  draining(server.address, 'together-0', async ({ watch, service, count }) => {
    const names = Array.from({ length: 120 }, (_, at) => `together-${at}`);
    for (const name of names) watch.set({ key: `sales/${name}`, address: server.address, namespace, taskQueue: name });
    await startMany(service, 'together-7', 2);
    await startMany(service, 'together-90', 1);
    const look = async () => {
      const before = count('CountWorkflowExecutions', 'OK');
      const seen = await Promise.all(names.map((name) => watch.drainPort(`sales/${name}`)!.running()));
      const busy = names.flatMap((name, at) => (seen[at]!.count > 0 ? [`${name}: ${seen[at]!.count}`] : []));
      return { busy, asked: count('CountWorkflowExecutions', 'OK') - before, seen };
    };
    const wanted = ['together-7: 2', 'together-90: 1'];
    const isSo = ({ busy }: { busy: readonly string[] }) => String(busy) === String(wanted);
    await until({ what: wanted.join(), look, isSo, limitMs: 60_000 });
    const started = new Date().toISOString();
    const again = await look();
    assert.equal(again.busy, wanted);
    // One for each of the two, and some for the rest; what the watch asks now and then for itself is among them.
    assert.ok(again.asked <= 30, `${again.asked} questions`);
    assert.ok(again.seen.every(({ askedAt }) => askedAt >= started));
    const lists = count('ListSchedules', 'OK');
    await Promise.all(names.map((name) => watch.drainPort(`sales/${name}`)!.schedules()));
    assert.ok(count('ListSchedules', 'OK') - lists <= 4, 'they share lists of Schedules');
    await startMany(service, 'together-33', 1);
    const isThird = ({ busy }: { busy: readonly string[] }) => busy.includes('together-33: 1') && busy.length === 3;
    await until({ what: 'the third', look, isSo: isThird, limitMs: 60_000 });
  }),
);

counts('a queue name that no query carries fails, before anything is asked', async ({ server }) => {
  for (const name of ["o'hara", 'dq"x', 'back\\slash', "x' OR TaskQueue!='x"]) {
    await draining(server.address, name, async ({ port, count }) => {
      for (const ask of [
        () => port.running(),
        () => port.startBatch({ jobId: 'never', operation: 'Terminate', reason: 'none' }),
        () => port.endSome({ operation: 'Terminate', reason: 'none' }, 10),
      ]) {
        const error = await ask().then(
          () => undefined,
          (thrown) => thrown,
        );
        assert.instance(error, TemporalError);
        assert.is(error.kind, 'NotQueryable');
      }
      for (const method of ['CountWorkflowExecutions', 'StartBatchOperation', 'ListWorkflowExecutions']) assert.is(count(method, 'OK'), 0);
    });
  }
});

const isNamed = ({ workflowType }: Task, name: string) => workflowType?.name === name;
/** Goes on as a new run with each task, until it is told to end. */
const again = (queue: string) => ({
  commandType: command.continueAsNew,
  continueAsNewWorkflowExecutionCommandAttributes: {
    workflowType: { name: 'loop' },
    taskQueue: { name: queue },
    backoffStartInterval: { seconds: 1 } as never,
  },
});

counts('a workflow that continues as new, or is the child of an earlier one, is no late starter', ({ server }) =>
  draining(server.address, 'loops', async ({ port, service }) => {
    const child = (id: string) => ({
      commandType: command.startChild,
      startChildWorkflowExecutionCommandAttributes: {
        namespace,
        workflowId: id,
        workflowType: { name: 'child' },
        taskQueue: { name: 'loops' },
      },
    });
    const decide = (task: Task) => {
      if (isNamed(task, 'loop')) return [again('loops')];
      const isTold = (task.history?.events ?? []).some((event) => event.workflowExecutionSignaledEventAttributes);
      return isNamed(task, 'parent') && isTold && task.previousStartedEventId?.toString() !== '0'
        ? [child(`child-of-${task.workflowExecution!.workflowId}`)]
        : [];
    };
    const work = async () => {
      const parent = await start(service, 'loops', { workflowType: { name: 'parent' } });
      await start(service, 'loops', { workflowType: { name: 'loop' } });
      await untilCount(port, 2);
      await delay(1_500);
      const startedAfter = new Date().toISOString();
      await service.signalWorkflowExecution({ namespace, workflowExecution: parent, signalName: 'go' });
      const newer = async () =>
        Number((await service.countWorkflowExecutions({ namespace, query: `TaskQueue='loops' AND StartTime>'${startedAfter}'` })).count);
      await until({ what: 'runs of the loop, and the child', look: newer, isSo: (seen) => seen >= 3 });
      await untilCount(port, 3);
      for (let looks = 0; looks < 5; looks++) assert.is(await port.count({ startedAfter }), 0);
      const late = await start(service, 'loops', { workflowType: { name: 'late' } });
      await start(service, 'loops', { workflowType: { name: 'loop' } });
      await untilCount(port, 2, { startedAfter });
      // The late loop has gone on as new meanwhile, and is late all the same.
      await delay(2_500);
      await untilCount(port, 2, { startedAfter });
      assert.is(await port.startBatch({ jobId: 'late', operation: 'Terminate', reason: 'late', startedAfter }), 'Started');
      await until({ what: 'the batch', look: () => port.batch('late'), isSo: (batch) => batch?.state === 'Completed' });
      const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace, execution: late });
      assert.is(workflowExecutionInfo?.status, 5);
      // What is late and was just between two runs is for the next one.
      const end = async () => {
        await port.endSome({ operation: 'Terminate', reason: 'late', startedAfter }, 10);
        return port.count({ startedAfter });
      };
      await until({ what: 'no late starter', look: end, isSo: (left) => left === 0 });
      await untilCount(port, 3);
    };
    await withWorker(server.address, 'loops', { decide, work });
  }),
);

counts('a definition is counted by its checksum; where the attribute is not known that is told apart', async ({ server }) => {
  const checksum = `sha256:${'ab'.repeat(32)}`;
  await draining(server.address, 'sums', async ({ port, service, watch }) => {
    const data = Buffer.from(JSON.stringify(checksum));
    const payload = { metadata: { encoding: Buffer.from('json/plain'), type: Buffer.from('Keyword') }, data };
    await start(service, 'sums', { searchAttributes: { indexedFields: { ProcessDefinitionChecksum: payload } } });
    await startMany(service, 'sums', 2);
    await untilCount(port, 3);
    const other = `sha256:${'00'.repeat(32)}`;
    const otherThan = async (...checksums: string[]) => (await port.runningOtherThan(checksums)).count;
    await until({ what: 'two that do not say', look: () => otherThan(checksum), isSo: (count) => count === 2 });
    assert.is(await otherThan(other, checksum), 2);
    assert.is(await otherThan(other), 3);
    assert.is(await otherThan(), 3);
    watch.set({ key: 'bare/x', address: server.address, namespace: 'temporal-system', taskQueue: 'sums' });
    const bare = watch.drainPort('bare/x')!;
    await until({ what: 'an answer', look: () => bare.running(), isSo: ({ count }) => count === 0 });
    const error = await bare.runningOtherThan([checksum]).then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.instance(error, TemporalError);
    assert.is(error.kind, 'AttributeMissing');
  });
});

counts('a server that is away is told at once, and questions go on when it is back', async ({ server }) =>
  draining(server.address, 'away', async ({ port, service, whenSeen }) => {
    await start(service, 'away');
    await untilCount(port, 1);
    await server.kill();
    await whenSeen('sales/l2o', (seen) => seen.server.state === 'Fails');
    const error = await port.running().then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.is((error as TemporalError).kind, 'Unreachable');
    await server.restart();
    await untilCount(port, 1, undefined, 20_000);
  }),
);

counts.run();
