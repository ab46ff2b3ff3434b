/** What is wrong in Git changes nothing in the cluster, and the Application says why: a broken pin, a moved task queue. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namespace, processOf, temporalOf } from '../sidecar/live-bed.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { type ArgoBed, forms, openArgoBed, said, type Team } from './argo-bed.ts';

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
async function cluster({ plane }: ArgoBed): Promise<string[]> {
  const paths = ['/apis/apps/v1', '/api/v1', '/apis/ameide.io/v1'].map((group, index) => {
    const kind = ['deployments', 'configmaps', 'processes'][index];
    return `${group}/namespaces/${namespace}/${kind}`;
  });
  const lists = await Promise.all(paths.map(async (path) => ((await demand(plane, 'GET', path)) as { items: KubeObject[] }).items));
  return lists.flat().map(({ metadata, spec, data }) => `${metadata.name} ${metadata.uid} ${JSON.stringify(spec ?? data)}`);
}

/** Replaces text in the one file of the package that has it. */
function edit(team: Team, from: string | RegExp, to: string): void {
  const files = readdirSync(team.package.dir).map((name) => join(team.package.dir, name));
  const file = files.find((one) => readFileSync(one, 'utf8').search(from) >= 0);
  if (!file) throw new Error(`no file of ${team.name} has ${from}`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

const immutable = /SyncFailed .*ConfigMap "orders-directory-definition-\w+" is invalid: data: Forbidden: field is immutable/;
const mismatch =
  /^ComparisonError: .*`ameide-process-generate` failed exit status 1: error ChecksumMismatch: Process "sales\/orders-plugin" .*; restore it/m;
const queueMoved =
  /Process\/\S+: SyncFailed .*spec\.temporal\.taskQueue: Invalid value: the task queue is immutable: add a Process and drain this one/;
const selectorMoved = /Deployment\/\S+: SyncFailed .*spec\.selector: .*field is immutable/;

for (const form of forms) {
  test(`${form}: a definition that is not what the pin says`, async ({ bed, teams }) => {
    const team = teams.get(form)!;
    const before = await cluster(bed);
    edit(team, 'Lead to order', 'Lead to ordeal');
    await team.push('the definition is edited by hand');
    const wrong = form === 'plugin' ? mismatch : immutable;
    await team.application().until('to say what is wrong', (now) => wrong.test(said(now)));
    assert.equal(await cluster(bed), before);
    edit(team, 'Lead to ordeal', 'Lead to order');
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
