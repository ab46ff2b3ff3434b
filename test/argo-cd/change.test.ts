/** A definition changes in Git while workflows run: Argo CD rolls it out beside the one that they replay, and each ends with its own. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import { definitionConfigMapName } from '../../src/names.ts';
import { checksumOfVersion } from '../sidecar/canary-workflows.ts';
import { processOf } from '../sidecar/live-bed.ts';
import { type ArgoBed, forms, liveNames, openArgoBed } from './argo-bed.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: change of a definition');

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

const signals = ['approve-discount', 'offer-signed'];

for (const form of forms) {
  test(`${form}: the new ConfigMap is beside the retained one, and workflows end with the definition that they began with`, async ({
    bed,
  }) => {
    const team = bed.newTeam(`team-${form}`, form);
    const name = `orders-${form}`;
    team.write(processOf(name));
    const before = await team.commit('orders, with the latest definition');
    await team.deploy();
    await team.application().untilHealthy(before, 90_000);
    const begin = (workflowId: string, version: number) =>
      startProcess(bed.client, { workflowId: `${form}-${workflowId}`, taskQueue: `${name}-tq`, checksum: checksumOfVersion(version) });
    const old = await begin('old', 3);
    team.package.run('pin', name, '--version', '2');
    const after = await team.commit('orders, with version 2');
    const seen = await team.application().untilHealthy(after, 90_000);
    assert.equal(seen.conditions, []);
    const both = [2, 3].map((version) => definitionConfigMapName(name, checksumOfVersion(version)));
    assert.equal(await liveNames(bed, 'configmaps', name), both.sort());
    const recent = await begin('new', 2);
    for (const handle of [old, recent]) for (const signal of signals) await handle.signal(signal);
    const results = await Promise.all([old.result(), recent.result()]);
    assert.equal(
      results.map(({ checksum }) => checksum),
      [checksumOfVersion(3), checksumOfVersion(2)],
    );
    assert.is(bed.statuses.of(name).at(-1)!.definition!.version, 2);
  });
}

test.run();
