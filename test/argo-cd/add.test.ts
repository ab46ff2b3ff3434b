/** Argo CD deploys a Process: it becomes Synced, and Healthy once its workers poll. As rendered manifests, and through the plugin. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { type ArgoBed, forms, liveNames, openArgoBed, orders } from './argo-bed.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: add');

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

for (const form of forms) {
  test(`${form}: a Process that is added becomes Synced and Healthy, and its workflows complete`, async ({ bed }) => {
    const team = bed.newTeam(`team-${form}`, form);
    const name = `orders-${form}`;
    team.write(orders(name));
    const revision = await team.commit('orders');
    await team.deploy();
    const seen = await team.application().untilHealthy(revision, 90_000);
    assert.equal(seen.conditions, []);
    assert.ok(seen.resources.includes(`Process/${name}: Synced Healthy`), seen.resources.join('\n'));
    assert.is((await liveNames(bed, 'deployments', name)).length, 1);
    const handle = await startProcess(bed.client, { workflowId: `${form}-1`, taskQueue: `${name}-tq` });
    for (const signal of ['approve-discount', 'offer-signed']) await handle.signal(signal);
    assert.ok((await handle.result()).done.length > 0);
  });
}

test.run();
