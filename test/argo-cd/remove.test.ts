/** A Process is removed from Git at once while workflows run: all complete, then everything of it goes. Its neighbour changes meanwhile. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumOfVersion } from '../sidecar/canary-workflows.ts';
import { processOf } from '../sidecar/live-bed.ts';
import { isDone } from '../testbed/argo-cd/application.ts';
import { type ArgoBed, forms, liveNames, openArgoBed } from './argo-bed.ts';
import { startWorkflows } from './workflows.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: remove a Process');

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

const kinds = ['deployments', 'configmaps'] as const;
/** So many of twenty end at a time: workflows of five lengths. */
const groups = [1, 2, 4, 6, 7];

const childrenOf = (bed: ArgoBed, name: string) => Promise.all(kinds.map((kind) => liveNames(bed, kind, name)));

for (const form of forms) {
  test(`${form}: workflows of different lengths all complete, then the Process and its workers go; the neighbour's change goes through`, async ({
    bed,
  }) => {
    const [team, busy, idle] = [bed.newTeam(`team-${form}`, form), `busy-${form}`, `idle-${form}`];
    for (const name of [busy, idle]) team.write(processOf(name));
    await team.untilDeployed('two Processes', [busy, idle]);
    const app = team.application();
    const workflows = await startWorkflows({ client: bed.client, taskQueue: `${busy}-tq`, count: 20 });
    const before = await childrenOf(bed, busy);
    assert.equal(
      before.map(({ length }) => length),
      [1, 1],
    );

    team.take(busy);
    team.write(processOf(idle, { observability: { logLevel: 'debug' } }));
    const revision = await team.commit('the busy one goes, the idle one changes');
    await app.until('it waits for the Process', ({ operation }) =>
      operation.startsWith(`Running: waiting for deletion of ameide.io/Process/${busy}`),
    );
    const blockedAt = Date.now();
    assert.is(await bed.logLevelOf(idle), 'debug');
    await bed.statuses.untilSays(idle, { Ready: /^True/, Guarded: /^True/, Reconciling: null });

    let ended = 0;
    for (const size of groups) {
      await bed.statuses.untilSays(busy, { Draining: new RegExp(`^True WorkflowsRunning: ${20 - ended} workflow`) });
      assert.equal(await childrenOf(bed, busy), before);
      assert.is((await app.read())!.sync, 'OutOfSync');
      await workflows.end(ended, size);
      ended += size;
      await workflows.untilCompleted(ended);
    }
    const lastEndedAt = Date.now();
    await app.untilHealthy(revision);
    const seconds = (from: number) => ((Date.now() - from) / 1000).toFixed(1);
    console.log(`${form}: Argo CD was blocked for ${seconds(blockedAt)} s, ${seconds(lastEndedAt)} s of them after the last workflow`);

    assert.equal(await workflows.outcomes(), { COMPLETED: 20 });
    assert.equal(await liveNames(bed, 'processes', busy), []);
    assert.equal(await childrenOf(bed, busy), [[], []]);
    assert.ok(isDone((await app.read())!, revision));
    assert.is((await liveNames(bed, 'deployments', idle)).length, 1);
  });

  test(`${form}: one with a canary keeps the workers and the definitions of both until the workflows of both have completed`, async ({
    bed,
  }) => {
    const [team, name] = [bed.newTeam(`canary-${form}`, form), `both-${form}`];
    team.write(processOf(name, { definitionRef: { id: 'L2O_v3', tenantId: 't123', version: 2 } }));
    await team.untilDeployed('a Process', [name]);
    team.package.run('pin', name, '--canary', '--version', '3');
    await team.untilDeployed('its canary', [name]);
    await bed.statuses.untilSays(name, { CanaryReady: /^True/, Guarded: /^True/, Reconciling: null });
    const before = await childrenOf(bed, name);
    assert.equal(
      before.map(({ length }) => length),
      [2, 2],
    );
    const start = (version: number) => {
      const prefix = `${name}-${version}`;
      return startWorkflows({ client: bed.client, taskQueue: `${name}-tq`, count: 2, prefix, checksum: checksumOfVersion(version) });
    };
    const [stable, canary] = await Promise.all([start(2), start(3)]);
    team.take(name);
    const revision = await team.commit('it goes, and with it its canary');
    for (const [workflows, count] of [
      [stable, 4],
      [canary, 2],
    ] as const) {
      await bed.statuses.untilSays(name, { Draining: new RegExp(`^True WorkflowsRunning: ${count} workflows still run`) });
      assert.equal(await childrenOf(bed, name), before);
      await workflows.end(0, 2);
      await workflows.untilCompleted(2);
    }
    await team.application().until('all to be gone', (now) => isDone(now, revision));
    assert.equal(await liveNames(bed, 'processes', name), []);
    assert.equal(await childrenOf(bed, name), [[], []]);
    for (const workflows of [stable, canary]) assert.equal(await workflows.outcomes(), { COMPLETED: 2 });
  });
}

test.run();
