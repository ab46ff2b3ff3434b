/** Workers that Git has put in a late sync wave, which Argo CD deletes first: the guard goes above it, and no workflow loses its workers. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guardAnnotation } from '../../src/names.ts';
import { annotationOf, type Resource } from '../../src/resource.ts';
import { namespace, processOf } from '../sidecar/live-bed.ts';
import { demand } from '../testbed/api.ts';
import { type ArgoBed, liveNames, openArgoBed } from './argo-bed.ts';
import { startWorkflows } from './workflows.ts';

const test = suite<{ bed: ArgoBed }>('argo cd: workers in a sync wave');

test.before(async (context) => {
  context.bed = await openArgoBed();
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

test('workers in wave 5 stay until the workflows of the removed Process have completed', async ({ bed }) => {
  const [team, name] = [bed.newTeam('team', 'directory'), 'late'];
  team.write(processOf(name));
  await team.untilDeployed('a Process', [name]);
  // As a patch of an outer kustomization would, after the render.
  const objects = team.package.objects().filter(({ kind }) => kind !== 'Process');
  const inWave = objects.map((object) => {
    const annotations = {
      ...(object.metadata.annotations as object),
      ...(object.kind === 'Deployment' && { [guardAnnotation.wave]: '5' }),
    };
    return JSON.stringify({ ...object, metadata: { ...object.metadata, annotations } });
  });
  team.package.write(`processes/${name}.generated.yaml`, inWave.join('\n---\n'));
  await team.application().untilHealthy(await team.push('its workers are in wave 5'));
  await bed.statuses.untilSays(name, { Ready: /^True/, Guarded: /^True/, Reconciling: null });
  const process = (await demand(bed.plane, 'GET', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}`)) as Resource;
  assert.is(annotationOf(process, guardAnnotation.wave), '6');

  const workflows = await startWorkflows({ client: bed.client, taskQueue: `${name}-tq`, count: 3 });
  team.take(name);
  const revision = await team.commit('it goes, with its workers');
  await bed.statuses.untilSays(name, { Draining: /^True WorkflowsRunning: 3 workflows/ });
  await team
    .application()
    .until('it to wait for the Process', ({ operation }) =>
      operation.startsWith(`Running: waiting for deletion of ameide.io/Process/${name}`),
    );
  for (const kind of ['deployments', 'configmaps'] as const) assert.is((await liveNames(bed, kind, name)).length, 1);
  await workflows.end(0, 3);
  await workflows.untilCompleted(3);
  await team.application().untilHealthy(revision);
  for (const kind of ['processes', 'deployments', 'configmaps'] as const) assert.equal(await liveNames(bed, kind, name), []);
});

test.run();
