/** A rename on one queue, a successor that is not ready, everything deleted at once, and a Temporal that is away until a person releases. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../testbed/parts.ts';
import { type DrainBed, openDrainBed } from './drain-bed.ts';
import { namespace, remove, temporalOf } from './live-bed.ts';

const test = suite<{ bed: DrainBed }>('drain hand-over');
const isReady = { Ready: /^True/, Guarded: /^True GuardInPlace/, AcceptingStarts: /^True/ };
const names = ['old', 'whole', 'lone'] as const;

test.before(async (context) => {
  context.bed = await openDrainBed();
  const { bed } = context;
  for (const name of names) await bed.commit(name);
  for (const name of names) await bed.statuses.untilSays(name, isReady);
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

function release({ plane }: DrainBed, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(root, 'dist/ameide-process'), ['release', ...args, '--kubeconfig', plane.kubeconfig], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  return { status, stdout, stderr };
}

test('a rename: nothing is ended or paused, and the old one goes when the new one is ready; its workflows go on there', async ({ bed }) => {
  await bed.schedule('nightly', 'old', { note: 'every night' });
  await bed.start('old', ['a', 'b']);
  const drain = { policy: 'Terminate' };
  await bed.commit('old', { drain });
  await bed.statuses.untilSays('old', isReady);
  const workers = bed.team.objects();
  await bed.commit('renamed', { temporal: temporalOf('old'), image: 'no-such-worker:1' });
  await bed.statuses.untilSays('renamed', { Ready: /^False/ });
  await bed.deleteProcess('old');
  await bed.statuses.untilSays('old', {
    Draining: /^True HandOverAwaited: 2 workflows still run; another Process serves the queue: sales\/renamed is not ready$/,
    Stalled: null,
  });
  await bed.commit('renamed', { temporal: temporalOf('old') });
  await bed.untilGone('old');
  assert.equal(await bed.outcomes(['a', 'b']), ['RUNNING', 'RUNNING']);
  assert.is(await bed.scheduleState('nightly'), 'runs: every night');
  for (const object of workers.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'old-process'))
    await remove(bed, object);
  await bed.statuses.untilSays('renamed', isReady);
  await bed.end(['a', 'b']);
  for (const id of ['a', 'b']) await bed.client.workflow.getHandle(id).result();
});

test('everything deleted at once, the workers first: it still knows where to ask, and goes when nothing runs', async ({ bed }) => {
  await bed.start('whole', ['c']);
  const objects = bed.team.objects().filter(({ metadata }) => metadata.name.startsWith('whole'));
  for (const object of [...objects].reverse()) await remove(bed, object);
  await bed.statuses.untilSays('whole', { Draining: /^True WorkflowsRunning: 1 workflow still runs$/ });
  await bed.client.workflow.getHandle('c').terminate();
  await bed.untilGone('whole');
});

test('release refuses what is not being deleted, says what is lost, and asks; Temporal may be away', async ({ bed }) => {
  const live = release(bed, 'lone', '-n', namespace, '--yes');
  assert.is(live.status, 1);
  assert.match(live.stderr, /^error NothingToRelease: Process "sales\/lone": it is not being deleted/);
  assert.match(release(bed, 'nobody', '-n', namespace).stderr, /^error ProcessNotFound: Process "sales\/nobody"/);
  await bed.start('lone', ['d']);
  await bed.temporal.pause();
  await bed.deleteProcess('lone');
  await bed.statuses.untilSays('lone', { Drained: /^Unknown TemporalUnreachable: cannot be told, and nothing is released/ });
  const asked = release(bed, 'lone', '-n', namespace);
  assert.is(asked.status, 1);
  assert.match(asked.stdout, /^Process sales\/lone:\n {2}it is not known what runs on task queue "lone-tq"/);
  assert.match(asked.stderr, /^error: there is nobody to ask; say --yes/);
  assert.ok(await bed.live('lone'));
  const released = release(bed, 'lone', '-n', namespace, '--yes');
  assert.is(released.status, 0, released.stderr);
  await bed.untilGone('lone');
  await bed.temporal.resume();
});

test.run();
