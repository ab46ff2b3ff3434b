/** The worker contract, on a real control plane and a real Temporal: a workflow keeps its definition. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { runProcess } from '../../examples/worker/workflows.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { root } from '../testbed/parts.ts';
import { type Bed, close, deploy, newTeam, open, patiently, processOf, readyPod, resultOf, step, untilLogged, waiting } from './bed.ts';

const test = suite<Bed>('worker contract');

test.before(open);
test.after(close);
test.before.each(newTeam);
test.after.each(({ team }) => team.remove());

test('the Process of the specification runs a workflow to its end', async (bed) => {
  const { team, plane, client } = bed;
  for (const version of [1, 2, 3]) {
    team.write(
      `definitions/t123/L2O_v3/${version}.json`,
      readFileSync(join(root, `examples/definitions/t123/L2O_v3/${version}.json`), 'utf8'),
    );
  }
  team.write('processes/l2o.yaml', readFileSync(join(root, 'examples/spec/l2o.yaml'), 'utf8'));
  await deploy(bed);
  const pod = await readyPod(bed, 'l2o');
  const live = (await demand(plane, 'GET', '/apis/ameide.io/v1/namespaces/default/processes/l2o')) as KubeObject & {
    spec: { definitionRef: { pin: { checksum: string } } };
  };
  const { checksum } = live.spec.definitionRef.pin;
  const handle = await startProcess(client, { workflowId: 'l2o-lead-1', taskQueue: 'l2o-tq', checksum });
  for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
  const { done } = await resultOf(bed, handle, pod);
  assert.equal(done.slice(-2), ['await-signature', 'create-order']);
  assert.is(await client.workflow.count(`ProcessDefinitionChecksum='${checksum}'`).then(({ count }) => count), 1);
  await untilLogged(bed, pod, 'step check-credit: finance.CheckCredit');
});

test('workflows keep their definition when it changes, and new ones take the new one', async (bed) => {
  const { team, client } = bed;
  team.write('definitions/t123/orders/1.json', { steps: [step('old'), waiting, step('old-end')] });
  team.write('processes/orders.yaml', processOf('orders'));
  await deploy(bed);
  const first = await readyPod(bed, 'orders');
  const early = await startProcess(client, { workflowId: 'orders-early', taskQueue: 'orders-tq' });
  await patiently({
    what: 'the first step',
    look: () => early.query<{ step?: string }>('progress'),
    isSo: ({ step }) => step === 'approve',
  });

  team.write('definitions/t123/orders/2.json', { steps: [step('new'), waiting, step('new-end')] });
  await deploy(bed);
  const second = await readyPod(bed, 'orders', ({ metadata }) => metadata.name !== first.metadata.name);
  const late = await startProcess(client, { workflowId: 'orders-late', taskQueue: 'orders-tq' });
  await Promise.all([early.signal('approved'), late.signal('approved')]);
  const [old, young] = [await resultOf(bed, early, second), await resultOf(bed, late, second)];
  assert.equal(
    [old.done, young.done],
    [
      ['old', 'approve', 'old-end'],
      ['new', 'approve', 'new-end'],
    ],
  );
  assert.is.not(old.checksum, young.checksum);
  // Nobody named a definition: each recorded the one that was current, where it can be counted.
  for (const { checksum } of [old, young]) {
    assert.is((await client.workflow.count(`ProcessDefinitionChecksum='${checksum}'`)).count, 1);
  }
});

test('a definition that is missing fails the task, and the workflow goes on once it is back', async (bed) => {
  const { team, client, plane } = bed;
  team.write('definitions/t123/claims/1.json', { steps: [waiting, step('end')] });
  team.write('processes/claims.yaml', processOf('claims'));
  await deploy(bed);
  const whole = team.objects();
  await readyPod(bed, 'claims');
  // A task that fails is tried again after this time, ten seconds usually.
  const options = { workflowId: 'claims-1', taskQueue: 'claims-tq', workflowTaskTimeout: '3s' } as const;
  const handle = await client.workflow.start<typeof runProcess>('runProcess', options);
  const { checksum } = await patiently({
    what: 'progress',
    look: () => handle.query<{ checksum: string; step?: string }>('progress'),
    isSo: ({ step }) => step === 'approve',
  });

  team.write('definitions/t123/claims/2.json', { steps: [step('other')] });
  team.run('pin');
  await deploy(bed, '--drop', '1');
  await readyPod(bed, 'claims', ({ spec }) => !JSON.stringify(spec).includes(checksum.slice(7)));
  await handle.signal('approved');
  await patiently({
    what: 'a failed task',
    look: async () =>
      (await handle.fetchHistory()).events?.flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? []) ??
      [],
    isSo: (seen) => seen.some((message) => message.startsWith('The definition cannot be read: ') && message.includes('ENOENT')),
  });
  assert.is((await handle.describe()).status.name, 'RUNNING');

  await apply(plane, whole);
  const { done } = await resultOf(bed, handle, await readyPod(bed, 'claims'));
  assert.equal(done, ['approve', 'end']);
});

test.run();
