/** The whole way: the spec's Process rendered, applied, its workers started, workflows completed, and a status that says so. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { checksumOf } from '../../src/definition/check.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { installKind, setDependency } from './dependencies.ts';
import { byProcess, type LiveBed, namespace, openLiveBed, remove, render, temporalNamespace } from './live-bed.ts';

const test = suite<{ bed: LiveBed; connection: Connection; client: Client }>('live');

test.before(async (context) => {
  context.bed = await openLiveBed();
  const { bed } = context;
  context.connection = await Connection.connect({ address: bed.temporal.address });
  context.client = new Client({ connection: context.connection, namespace: temporalNamespace });
  await Promise.all([installKind(bed, 'Domain'), installKind(bed, 'Agent')]);
  await setDependency(bed, 'Domain', 'sales', true);
  await setDependency(bed, 'Domain', 'billing', true);
  await setDependency(bed, 'Agent', 'l2o-coach', true);
});
test.after(async ({ bed, connection }) => {
  await connection?.close();
  await bed?.stop();
});

/** As a person writes it: without what the tool adds. */
function example(): KubeObject {
  const { metadata, spec, ...rest } = load(readFileSync(join(root, 'examples/spec/l2o.yaml'), 'utf8')) as KubeObject;
  const { pin: _, ...definitionRef } = (spec as { definitionRef: Record<string, unknown> }).definitionRef;
  return { ...rest, metadata: { name: metadata.name, namespace }, spec: { ...(spec as object), definitionRef } };
}

const checksumOfVersion = (version: number) =>
  checksumOf(readFileSync(join(root, `examples/definitions/t123/L2O_v3/${version}.json`), 'utf8'));

const run = ({ plane }: LiveBed, ...args: string[]) =>
  spawnSync(join(root, 'dist/ameide-process'), [...args, '--kubeconfig', plane.kubeconfig], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });

test('it becomes Ready with the pinned definition, and Events tell of it', async ({ bed }) => {
  await apply(bed.plane, render(bed, [example()]).get('l2o')!);
  const status = await bed.statuses.untilSays('l2o', { Ready: /^True AllReady/, Reconciling: null, Stalled: null });
  assert.equal([status.definition!.version, status.definition!.checksum], [3, checksumOfVersion(3)]);
  assert.is(status.workers!.summary, '1/1');
  assert.is(status.observedGeneration, status.generation);
  assert.match(status.conditions.DependenciesReady!, /^True DependenciesFound: Domain "sales", Domain "billing", Agent "l2o-coach" are/);
  assert.match(status.conditions.WorkersReady!, '"l2o-tq" is polled by 1 of 1 pod');
  const events = async () => {
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events?fieldSelector=${encodeURIComponent('regarding.kind=Process')}`;
    const { items } = (await demand(bed.plane, 'GET', path)) as { items: { action: string; reason: string; type: string }[] };
    return items.map(({ type, action, reason }) => `${type} ${action} ${reason}`);
  };
  await until({ what: 'an Event', look: events, isSo: (seen) => seen.includes('Normal Ready AllReady') });
});

test('a workflow of it completes', async ({ bed, client }) => {
  const checksum = checksumOfVersion(3);
  const handle = await startProcess(client, { workflowId: 'lead-1', taskQueue: 'l2o-tq', checksum });
  for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
  const result = await handle.result();
  assert.is(result.checksum, checksum);
  assert.ok(result.done.includes('check-credit') && result.done.includes('create-order'), result.done.join());
  assert.is(bed.statuses.of('l2o').at(-1)!.conditions.Ready!.slice(0, 4), 'True');
});

test('verify against the cluster passes, in a table and as `primitive verify`', ({ bed }) => {
  const table = run(bed, 'verify', '--cluster', 'l2o', '-n', namespace);
  assert.is(table.status, 0, table.stderr + table.stdout);
  assert.match(table.stdout, /^PASS: 1 Process/m);
  const primitive = run(bed, 'primitive', 'verify', '--kind', 'process', '--name', 'l2o', '-n', namespace, '--json');
  assert.is(primitive.status, 0, primitive.stderr + primitive.stdout);
  const report = JSON.parse(primitive.stdout) as { summary: string; health: { name: string; ready: boolean } };
  assert.is(report.summary, 'pass');
  assert.equal([report.health.name, report.health.ready], ['l2o', true]);
});

test('another definition: the roll-out is seen, then Ready with it; a workflow that began with the old one ends with that', async (context) => {
  const { bed, client } = context;
  const begun = await startProcess(client, { workflowId: 'lead-2', taskQueue: 'l2o-tq', checksum: checksumOfVersion(3) });
  const before = bed.statuses.of('l2o').length;
  bed.team.run('pin', 'l2o', '--version', '2');
  bed.team.run('render');
  await apply(bed.plane, byProcess(bed.team).get('l2o')!);
  const status = await until({
    what: 'Ready with version 2',
    look: () => bed.statuses.of('l2o').at(-1)!,
    isSo: ({ conditions, definition }) => definition?.version === 2 && conditions.Ready!.startsWith('True') && !conditions.Reconciling,
    limitMs: 60_000,
  });
  assert.is(status.definition!.checksum, checksumOfVersion(2));
  assert.is(status.observedGeneration, status.generation);
  const meanwhile = bed.statuses.of('l2o').slice(before);
  assert.ok(
    meanwhile.some(({ conditions }) => conditions.Reconciling?.startsWith('True RollingOut') && conditions.Ready!.startsWith('False')),
    JSON.stringify(meanwhile, null, 1),
  );
  // A status that says Ready about the new generation has the new definition.
  const untrue = meanwhile.filter((one) => one.observedGeneration === status.generation && one.definition!.version !== 2);
  assert.ok(!untrue.some(({ conditions }) => conditions.Ready!.startsWith('True')));
  for (const signal of ['approve-discount', 'offer-signed']) await begun.signal(signal);
  const result = await begun.result();
  assert.is(result.checksum, checksumOfVersion(3));
  assert.is(run(bed, 'verify', '--cluster', 'l2o', '-n', namespace).status, 0);
});

test('a Process that is deleted leaves no error and is asked about no more', async ({ bed }) => {
  for (const object of byProcess(bed.team).get('l2o')!) await remove(bed, object);
  await until({ what: 'it to be gone', look: () => bed.statuses.of('l2o'), isSo: ({ length }) => length === 0 });
  const left = async () => ({
    processes: await bed.sidecar.metric('process_sidecar_processes'),
    conditions: await bed.sidecar.metric('process_condition'),
    oldestAnswer: await bed.sidecar.metric('process_sidecar_temporal_oldest_answer_seconds'),
    depth: await bed.sidecar.metric('process_sidecar_queue_depth'),
  });
  const nothing = { processes: 0, conditions: 0, oldestAnswer: 0, depth: 0 };
  await until({ what: 'nothing to be left', look: left, isSo: (seen) => JSON.stringify(seen) === JSON.stringify(nothing) });
  assert.equal(
    bed.sidecar.log().filter(({ level }) => level === 'error' || level === 'warn'),
    [],
  );
});

test.run();
