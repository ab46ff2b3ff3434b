/**
 * What is wrong in Git changes nothing in the cluster, and the Application says why: edited bytes, a broken pin, a moved task queue. Of a pin
 * Argo CD itself knows nothing, so in rendered manifests it goes through, and the Process says what is wrong.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumOfVersion } from '../sidecar/canary-workflows.ts';
import { namespace, processOf, temporalOf } from '../sidecar/live-bed.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { isDone } from '../testbed/argo-cd/application.ts';
import { type ArgoBed, forms, openArgoBed, said, type Team } from './argo-bed.ts';
import { startWorkflows } from './workflows.ts';

const test = suite<{ bed: ArgoBed; teams: Map<string, Team> }>('argo cd: refused');
const nameOf = (form: string) => `orders-${form}`;

test.before(async (context) => {
  context.bed = await openArgoBed();
  context.teams = new Map();
  for (const form of forms) {
    const team = context.bed.newTeam(`team-${form}`, form);
    context.teams.set(form, team);
    team.write(processOf(nameOf(form)));
    const revision = await team.commit('orders');
    await team.deploy();
    await team.application().untilHealthy(revision, 90_000);
  }
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

/** What is there and which spec it has: a write would change the generation, or the data. */
async function cluster(bed: ArgoBed): Promise<string[]> {
  return [...(await children(bed)), ...(await objectsOf(bed, ['/apis/ameide.io/v1', 'processes']))];
}

function children(bed: ArgoBed): Promise<string[]> {
  return objectsOf(bed, ['/apis/apps/v1', 'deployments'], ['/api/v1', 'configmaps']);
}

async function objectsOf({ plane }: ArgoBed, ...kinds: readonly (readonly [group: string, kind: string])[]): Promise<string[]> {
  const paths = kinds.map(([group, kind]) => `${group}/namespaces/${namespace}/${kind}`);
  const lists = await Promise.all(paths.map(async (path) => ((await demand(plane, 'GET', path)) as { items: KubeObject[] }).items));
  return lists.flat().map(({ metadata, spec, data }) => `${metadata.name} ${metadata.uid} ${JSON.stringify(spec ?? data)}`);
}

/** Replaces text in the one file of the package that has it. What it gives puts the file back. */
function edit(team: Team, from: string | RegExp, to: string): () => void {
  const files = readdirSync(team.package.dir).map((name) => join(team.package.dir, name));
  const file = files.find((one) => readFileSync(one, 'utf8').search(from) >= 0);
  if (!file) throw new Error(`no file of ${team.name} has ${from}`);
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace(from, to));
  return () => writeFileSync(file, before);
}

const immutable = /SyncFailed .*ConfigMap "orders-directory-definition-\w+" is invalid: data: Forbidden: field is immutable/;
const mismatch =
  /^ComparisonError: .*`ameide-process-generate` failed exit status 1: error ChecksumMismatch: Process "sales\/orders-plugin" .*; restore it/m;
const queueMoved =
  /Process\/\S+: SyncFailed .*spec\.temporal\.taskQueue: Invalid value: the task queue is immutable: add a Process and drain this one/;
const selectorMoved = /Deployment\/\S+: SyncFailed .*spec\.selector: .*field is immutable/;

const pinInGit = /,\s*"pin": \{[^}]*\}/;
const second = { id: 'L2O_v3', version: 2, checksum: checksumOfVersion(2) };
const brokenPins = [
  {
    what: 'no pin',
    pin: '',
    plugin:
      /^ComparisonError: .*`ameide-process-generate` failed exit status 1: error PinMissing: Process "sales\/orders-plugin" .*; run `ameide-process pin DIR`/m,
    // Half a minute it is Progressing, because the rest of an apply may yet come. Only here is that waited for.
    health: /^Process\/orders-directory: Synced Degraded$/,
    status: /^False PinMissing: the live Process has no pin, so its workers have no definition: run `ameide-process pin DIR` and commit/,
  },
  {
    what: 'a pin whose definition is not in the repository',
    pin: `, "pin": ${JSON.stringify(second)}`,
    plugin:
      /^ComparisonError: .*`ameide-process-generate` failed exit status 1: error DefinitionBytesMissing: .*no ConfigMap holds "L2O_v3" version 2 /m,
    health: /^Process\/orders-directory: Synced (Progressing|Degraded)$/,
    status: /^False DefinitionBytesMissing: no ConfigMap holds the pinned version 2 .*; it should be "orders-directory-definition-/,
  },
];

for (const { what, pin, plugin, status, health } of brokenPins) {
  test(`plugin: ${what}`, async ({ bed, teams }) => {
    const team = teams.get('plugin')!;
    const before = await cluster(bed);
    const undo = edit(team, pinInGit, pin);
    await team.push(what);
    await team.application().until('to say what is wrong', (now) => plugin.test(said(now)));
    assert.equal(await cluster(bed), before);
    undo();
    await team.application().untilHealthy(await team.push('as it was'));
    assert.equal(await cluster(bed), before);
  });

  test(`directory: ${what} goes through; workers and definition stay, workflows go on, and the Process says what is wrong`, async ({
    bed,
    teams,
  }) => {
    const [team, name] = [teams.get('directory')!, nameOf('directory')];
    const before = await children(bed);
    const workflows = await startWorkflows({ client: bed.client, taskQueue: `${name}-tq`, count: 2, prefix: what });
    const undo = edit(team, pinInGit, pin);
    const revision = await team.push(what);
    await bed.statuses.untilSays(name, {
      DefinitionResolved: status,
      WorkloadReady: /^False RenderStale: .*: the live Process was changed after the render; render, commit and sync/,
      WorkersReady: /^False RenderStale: the workload is not ready: see WorkloadReady/,
      Ready: status,
    });
    const isIll = (resource: string) => health.test(resource);
    await team.application().until('it to be in', (now) => isDone(now, revision) && now.resources.some(isIll));
    await workflows.end(0, 2);
    await workflows.untilCompleted(2);
    for (const id of workflows.ids) {
      const { checksum } = (await bed.client.workflow.getHandle(id).result()) as { checksum: string };
      assert.is(checksum, checksumOfVersion(3));
    }
    assert.equal(await children(bed), before);
    undo();
    await team.application().untilHealthy(await team.push('as it was'));
  });
}

for (const form of forms) {
  test(`${form}: a definition that is not what the pin says`, async ({ bed, teams }) => {
    const team = teams.get(form)!;
    const before = await cluster(bed);
    const undo = edit(team, 'Lead to order', 'Lead to ordeal');
    await team.push('the definition is edited by hand');
    const wrong = form === 'plugin' ? mismatch : immutable;
    await team.application().until('to say what is wrong', (now) => wrong.test(said(now)));
    assert.equal(await cluster(bed), before);
    undo();
    await team.application().untilHealthy(await team.push('as it was'));
  });

  test(`${form}: another task queue`, async ({ bed, teams }) => {
    const team = teams.get(form)!;
    const before = await cluster(bed);
    team.write(processOf(nameOf(form), { temporal: temporalOf('elsewhere') }));
    await team.commit('another queue');
    const seen = await team.application().until('to say what is wrong', (now) => queueMoved.test(said(now)));
    assert.match(said(seen), selectorMoved);
    assert.equal(await cluster(bed), before);
  });
}

test.run();
