/** A Process with a canary is drained and deleted, and another one is renamed: whatever workflows of either definition need stays until then. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer, guardAnnotation } from '../../src/names.ts';
import { annotationOf, type Resource, valueAt } from '../../src/resource.ts';
import { type KubeObject, request } from '../testbed/api.ts';
import { objectPath } from '../testbed/apply.ts';
import { until } from '../testbed/until.ts';
import { canaryPolls, onVersion, sync, three, two } from './canary-stage.ts';
import { begin, endsAsBegun } from './canary-workflows.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace, podsOf, temporalOf } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('drain of a canary');

const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, Reconciling: null };
const isBeside = { ...isReady, CanaryReady: canaryPolls };

test.before(async (context) => {
  context.bed = await openDrainBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

/** Ready on version 2, with a canary on version 3 beside it, and guarded with all that both need. Gives its objects. */
async function withCanary(bed: DrainBed, name: string): Promise<readonly KubeObject[]> {
  await bed.commit(name, onVersion(2));
  await bed.statuses.untilSays(name, isReady);
  bed.team.run('pin', name, '--canary', '--version', '3');
  const objects = await sync(bed, name);
  await bed.statuses.untilSays(name, isBeside);
  await until({ what: 'the guard to name all', look: () => guardedBy(bed, name), isSo: (found) => isAll(found, whatBothNeed(name)) });
  return objects;
}

function whatBothNeed(name: string): string[] {
  const definitions = [two, three].map((checksum) => `/namespaces/${namespace}/ConfigMap/${name}-definition-${checksum.slice(7, 17)}`);
  const workers = [`${name}-process`, `${name}-process-canary`].map((one) => `apps/namespaces/${namespace}/Deployment/${one}`);
  return [...workers, ...definitions].sort();
}

const isAll = (found: readonly string[], wanted: readonly string[]) => found.join() === wanted.join();

/** What the live Process says that it needs; nothing where there is none. */
async function guardedBy(bed: DrainBed, name: string): Promise<string[]> {
  const process: Resource | undefined = await bed.live(name);
  const said = process && annotationOf(process, guardAnnotation.dependsOn);
  return said ? said.split(',').sort() : [];
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${group}/namespaces/${namespace}/${kind}/${metadata.name}`;
}

/** What a tool that heeds the guard does again and again once Git has none of it: deletes what no live Process needs. Gives what is left. */
async function prune(bed: DrainBed, name: string, objects: readonly KubeObject[]): Promise<string[]> {
  const left: string[] = [];
  const needed = await guardedBy(bed, name);
  for (const object of objects.filter(({ kind }) => kind !== 'Process')) {
    const path = await objectPath(bed.plane, object);
    if (!needed.includes(referenceTo(object))) await request(bed.plane, 'DELETE', `${path}?propagationPolicy=Background`);
    const { code } = await request(bed.plane, 'GET', path);
    if (code !== 404) left.push(referenceTo(object));
  }
  return left.sort();
}

test('drained and deleted while workflows run on both definitions: workers and definitions of both stay until the last has ended', async ({
  bed,
}) => {
  const objects = await withCanary(bed, 'both');
  const stable = await begin(bed, 'both', ['both-1', 'both-2'], two);
  const canary = await begin(bed, 'both', ['both-3', 'both-4'], three);
  assert.equal(
    [...stable, ...canary].map(({ checksum }) => checksum),
    [two, two, three, three],
  );
  bed.team.runOn('processes/both.yaml', 'drain');
  await sync(bed, 'both');
  await bed.statuses.untilSays('both', { ...isBeside, Draining: /^True WorkflowsRunning: 4 workflows still run$/ });

  await bed.deleteProcess('both');
  assert.equal(await prune(bed, 'both', objects), whatBothNeed('both'));
  // Those of the stable definition first: neither track, and neither definition, goes with them.
  await endsAsBegun(bed, stable);
  await bed.statuses.untilSays('both', {
    Draining: /^True WorkflowsRunning: 2 workflows still run$/,
    Guarded: /^True GuardInPlace: it is being deleted/,
    CanaryReady: /^True/,
    WorkersReady: /^True/,
  });
  assert.equal(await prune(bed, 'both', objects), whatBothNeed('both'));
  assert.equal((await bed.live('both'))!.metadata.finalizers, [drainFinalizer]);
  assert.is((await podsOf(bed, 'both')).filter((pod) => pod.isReady).length, 2);
  await endsAsBegun(bed, canary);
  await bed.untilGone('both');
  assert.equal(await prune(bed, 'both', objects), []);
  assert.equal(await bed.outcomes(['both-1', 'both-2', 'both-3', 'both-4']), Array(4).fill('COMPLETED'));
  await until({ what: 'no pod', look: () => podsOf(bed, 'both'), isSo: ({ length }) => length === 0 });
});

test('a rename: who lacks the definition of the canary is not the heir; who retains it is, and ends the workflows of both', async ({
  bed,
}) => {
  const objects = await withCanary(bed, 'old');
  const workflows = [...(await begin(bed, 'old', ['old-1'], two)), ...(await begin(bed, 'old', ['old-2'], three))];
  await bed.commit('renamed', onVersion(2, { temporal: temporalOf('old') }));
  await bed.statuses.untilSays('renamed', isReady);
  await bed.deleteProcess('old');
  const lacks = `does not have ${three.slice(0, 17)}: retain it there, or wait until no workflow needs it`;
  await bed.statuses.untilSays('old', {
    Draining: new RegExp(`^True HandOverAwaited: 2 workflows still run; another Process serves the queue: ${namespace}/renamed ${lacks}$`),
    CanaryReady: /^True/,
  });
  assert.equal(await prune(bed, 'old', objects), whatBothNeed('old'));

  for (const version of ['3', '2']) bed.team.run('pin', 'renamed', '--version', version);
  const renamed = (await sync(bed, 'renamed')).find(({ kind }) => kind === 'Process')!;
  const pins = valueAt(renamed.spec, 'definitionRef') as { pin: Resource; retained: Resource[] };
  assert.equal(
    [pins.pin, ...pins.retained].map(({ checksum }) => checksum),
    [two, three],
  );
  await bed.untilGone('old');
  assert.equal(await bed.outcomes(['old-1', 'old-2']), ['RUNNING', 'RUNNING']);
  assert.equal(await prune(bed, 'old', objects), []);
  await until({ what: 'no pod of the old one', look: () => podsOf(bed, 'old'), isSo: ({ length }) => length === 0 });
  await bed.statuses.untilSays('renamed', isReady);
  await endsAsBegun(bed, workflows);
});

test.run();
