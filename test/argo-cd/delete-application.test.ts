/** A whole Application is deleted while workflows run: its Processes go first, and everything else when the workflows are done. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processOf } from '../sidecar/live-bed.ts';
import { until } from '../testbed/until.ts';
import { type ArgoBed, forms, liveNames, openArgoBed } from './argo-bed.ts';
import { startWorkflows } from './workflows.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: delete the Application');

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

for (const form of forms) {
  test(`${form}: workers and definitions stay until the last workflow is done`, async ({ bed }) => {
    const [team, busy, idle] = [bed.newTeam(`team-${form}`, form), `busy-${form}`, `idle-${form}`];
    for (const name of [busy, idle]) team.write(processOf(name));
    await team.untilDeployed('two Processes', [busy, idle]);
    const workflows = await startWorkflows({ client: bed.client, taskQueue: `${busy}-tq`, count: 20 });
    const kinds = ['deployments', 'configmaps'] as const;
    const before = await Promise.all(kinds.map((kind) => liveNames(bed, kind, busy)));

    await team.application().delete();
    await until({
      what: 'the idle one to be gone',
      look: () => liveNames(bed, 'processes', idle),
      isSo: ({ length }) => length === 0,
      limitMs: 60_000,
    });
    await bed.statuses.untilSays(busy, { Draining: /^True WorkflowsRunning/ });
    for (let ended = 0; ended < 20; ended += 10) {
      assert.equal(await Promise.all(kinds.map((kind) => liveNames(bed, kind, busy))), before);
      await workflows.end(ended, 10);
      await workflows.untilCompleted(ended + 10);
    }
    await team.application().untilGone();
    for (const kind of ['processes', ...kinds] as const) {
      for (const name of [busy, idle]) assert.equal(await liveNames(bed, kind, name), []);
    }
    assert.equal(await workflows.outcomes(), { COMPLETED: 20 });
  });
}

test.run();
