/** The two-step way: Draining in Git, Drained in the status, then removed; also while a roll-out is stuck. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processOf } from '../sidecar/live-bed.ts';
import { isDone } from '../testbed/argo-cd/application.ts';
import { type ArgoBed, forms, liveNames, openArgoBed } from './argo-bed.ts';
import { startWorkflows } from './workflows.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: drain');
const missingImage = { image: 'ghcr.io/ameide/nowhere:1' };

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

for (const form of forms) {
  test(`${form}: Draining arrives in the middle of a stuck roll-out, Drained when the workflows are done, and the removal takes no time`, async ({
    bed,
  }) => {
    const [team, name] = [bed.newTeam(`team-${form}`, form), `orders-${form}`];
    team.write(processOf(name));
    await team.untilDeployed('orders', [name]);
    const app = team.application();
    const workflows = await startWorkflows({ client: bed.client, taskQueue: `${name}-tq`, count: 4 });

    team.write(processOf(name, missingImage));
    await team.commit('an image that is nowhere');
    await bed.statuses.untilSays(name, { Reconciling: /^True RollingOut/ });
    await app.until('Progressing', ({ health }) => health === 'Progressing');
    team.write(processOf(name, { ...missingImage, lifecycle: 'Draining' }));
    const draining = await team.commit('orders are drained');
    await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 4 workflows/, AcceptingStarts: /^False/ });
    // The Deployment is what is stuck; the Process says that it drains, which is no fault.
    const isIn = `Process/${name}: Synced Healthy`;
    await app.until('Draining to be in', (now) => isDone(now, draining) && now.resources.includes(isIn));

    await workflows.end(0, 4);
    await bed.statuses.untilSays(name, { Drained: /^True NoWorkflows/, Draining: null });
    assert.equal(await workflows.outcomes(), { COMPLETED: 4 });
    await app.until('the drained Process to be Healthy', ({ resources }) => resources.includes(isIn));
    team.take(name);
    await app.untilHealthy(await team.commit('orders are drained: they go'));
    for (const kind of ['processes', 'deployments', 'configmaps'] as const) assert.equal(await liveNames(bed, kind, name), []);
  });
}

test.run();
