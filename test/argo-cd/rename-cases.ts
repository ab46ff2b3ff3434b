/** A Process is renamed in one commit, on the same queue, while workflows run: it is handed over when the successor can go on with each. */
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { processOf, temporalOf } from '../sidecar/live-bed.ts';
import { isDone } from '../testbed/argo-cd/application.ts';
import { type ArgoBed, type Form, liveNames, openArgoBed, type Team } from './argo-bed.ts';
import { startWorkflows, type Workflows } from './workflows.ts';

interface Renamed {
  readonly team: Team;
  readonly old: string;
  readonly successor: string;
  readonly workflows: Workflows;
  readonly revision: string;
}

/** One commit takes the old Process away and brings a successor on its queue. */
async function rename(bed: ArgoBed, form: Form, story: string, change: object = {}): Promise<Renamed> {
  const [team, old, successor] = [bed.newTeam(`${story}-${form}`, form), `${story}-old-${form}`, `${story}-new-${form}`];
  team.write(processOf(old));
  await team.untilDeployed('the old name', [old]);
  const workflows = await startWorkflows({ client: bed.client, taskQueue: `${old}-tq`, count: 3 });
  team.take(old);
  team.write(processOf(successor, { temporal: temporalOf(old), ...change }));
  return { team, old, successor, workflows, revision: await team.commit('the new name') };
}

/** All of them in one form, on a bed of their own: each form has its own file, because together they would take too long for one. */
export function renameCases(form: Form): Test<{ bed: ArgoBed }> {
  const test = suite<{ bed: ArgoBed }>(`argo cd: rename, ${form}`);

  test.before(async (context) => {
    context.bed = await openArgoBed();
  });
  test.after(async ({ bed }) => {
    await bed?.stop();
  });

  test("the old one goes at once, and its workflows end on the successor's workers", async ({ bed }) => {
    const { team, old, successor, workflows, revision } = await rename(bed, form, 'same');
    await team.application().untilHealthy(revision);
    for (const kind of ['processes', 'deployments', 'configmaps'] as const) assert.equal(await liveNames(bed, kind, old), []);
    assert.equal(await workflows.outcomes(), { RUNNING: 3 });
    await bed.statuses.untilSays(successor, { Ready: /^True/ });
    await workflows.end(0, 3);
    await workflows.untilCompleted(3);
  });

  test('another definition: the old one stays until no workflow needs its own', async ({ bed }) => {
    const other = { definitionRef: { id: 'L2O_v3', tenantId: 't123', version: 2 } };
    const { team, old, successor, workflows, revision } = await rename(bed, form, 'other', other);
    await bed.statuses.untilSays(successor, { Ready: /^True/ });
    await bed.statuses.untilSays(old, { Draining: /^True HandOverAwaited: 3 workflows still run.* does not have / });
    assert.is((await liveNames(bed, 'deployments', old)).length, 1);
    await workflows.end(0, 3);
    await workflows.untilCompleted(3);
    await team.application().untilHealthy(revision);
    assert.equal(await liveNames(bed, 'processes', old), []);
  });

  test('a successor that never becomes ready: the old one goes on, and leaves when its workflows are done', async ({ bed }) => {
    const { team, old, workflows, revision } = await rename(bed, form, 'stuck', { image: 'ghcr.io/ameide/nowhere:1' });
    await bed.statuses.untilSays(old, { Draining: /^True HandOverAwaited: 3 workflows still run.* is not ready/ });
    assert.is((await liveNames(bed, 'deployments', old)).length, 1);
    await workflows.end(0, 3);
    await workflows.untilCompleted(3);
    await team.application().until('the old one to be gone', (now) => isDone(now, revision));
    assert.equal(await liveNames(bed, 'processes', old), []);
  });

  return test;
}
