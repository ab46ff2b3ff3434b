/** What the sidecar may not read or write, and kinds that the cluster does not have: told as that, never as Ready; healed without a restart. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { built } from '../deploy/built.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply, objectPath } from '../testbed/apply.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { until } from '../testbed/until.ts';
import { installKind, setDependency } from './dependencies.ts';
import { edit, type LiveBed, namespace, openLiveBed, processOf, remove, render, theOne } from './live-bed.ts';
import { reads } from './live-statuses.ts';
import { startSidecar } from './sidecar-process.ts';
import { isReady } from './stories.ts';

interface Context {
  bed: LiveBed;
  /** In front of the API server, for the sidecar alone. */
  wire: FaultyProxy;
  kubeconfig: string;
  /** What it may in the namespace, as deploy/ has it. */
  role: KubeObject;
  pause(isPaused: boolean): Promise<void>;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const test = suite<Context>('faults of access');
const args = ['-n', namespace, '--no-leader-election'];
/** What was refused is asked again after one second, two, four … and at last every thirty. */
const againMs = 40_000;
const paused = { WorkloadReady: /^False WorkloadPaused/ };

test.before(async (context) => {
  const bed = await openLiveBed({
    sidecar: async (plane) => {
      const objects = await built('several-namespaces');
      await apply(
        plane,
        objects.filter(({ kind }) => /^(ServiceAccount|Role|RoleBinding)$/.test(kind)),
      );
      context.role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === namespace)!;
      context.wire = await startFaultyProxy(plane.url);
      const account = await serviceAccountKubeconfig(plane, 'ameide-system', 'ameide-process', { url: context.wire.url });
      context.kubeconfig = account.kubeconfig;
      return { kubeconfig: context.kubeconfig, args };
    },
  });
  context.bed = bed;
  const dependencies = { domains: [{ name: 'pricing' }], agents: [{ name: 'coach' }] };
  const objects = render(bed, [processOf('orders'), processOf('needy', { dependencies })]);
  for (const name of ['orders', 'needy']) await apply(bed.plane, objects.get(name)!);
  await bed.statuses.untilSays('orders', isReady);
  context.pause = (isPaused) => edit(bed, theOne(objects.get('orders')!, 'Deployment'), { spec: { paused: isPaused } });
});
test.after(async ({ bed, wire }) => {
  await bed?.stop();
  await wire?.stop();
});

async function allow({ bed, role }: Context, change: (rule: Rule) => Rule): Promise<void> {
  await apply(bed.plane, [{ ...role, rules: (role.rules as Rule[]).map(change) }]);
}

/** A rule must name something. */
const without =
  (...plurals: readonly string[]) =>
  (rule: Rule): Rule => {
    const left = rule.resources.filter((one) => !plurals.includes(one));
    return { ...rule, resources: left.length > 0 ? left : ['nothing'] };
  };
const all = (rule: Rule) => rule;

test('neither kind of dependency is installed; then they are, then the objects come, and are Ready', async ({ bed }) => {
  const says = (words: RegExp) =>
    bed.statuses.untilSays('needy', { DependenciesReady: words, Ready: /^False/, Degraded: /^True/ }, againMs);
  await says(/^False DependencyKindMissing: the cluster has no kind Domain or Agent .*"pricing".*"coach"/);
  await installKind(bed, 'Domain');
  await says(/^False DependencyKindMissing: the cluster has no kind Agent /);
  await installKind(bed, 'Agent');
  await says(/^False DependencyMissing: Domain "pricing", Agent "coach" do not exist/);
  await setDependency(bed, 'Agent', 'coach', true);
  await setDependency(bed, 'Domain', 'pricing');
  await says(/^False DependencyNotReady: Domain "pricing" is not Ready/);
  await setDependency(bed, 'Domain', 'pricing', true);
  await bed.statuses.untilSays('needy', isReady, againMs);
});

test('a kind of dependency is removed from the cluster, and installed again', async ({ bed }) => {
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'agents.ameide.io' } };
  await remove(bed, crd);
  await bed.statuses.untilSays('needy', { DependenciesReady: /^False Dependency(Kind)?Missing: .*Agent/, Ready: /^False/ }, againMs);
  await installKind(bed, 'Agent');
  await setDependency(bed, 'Agent', 'coach', true);
  await bed.statuses.untilSays('needy', isReady, 60_000);
});

const cannotRead = (plural: string) => new RegExp(`^Unknown CannotRead: cannot read ${plural} in namespace "${namespace}": .*forbidden`);

for (const [title, plurals, expected] of [
  ['Deployments and ConfigMaps', ['deployments', 'configmaps'], { WorkloadReady: 'deployments', DefinitionResolved: 'configmaps' }],
  ['pods', ['pods'], { WorkersReady: 'pods' }],
] as const) {
  test(`${title} may not be read any more: that is Unknown, by name, and so is Ready; then they may`, async (context) => {
    const { bed, wire } = context;
    await allow(context, without(...plurals));
    // A right is judged when a request begins.
    wire.resetOpen();
    const words = Object.entries(expected).map(([condition, plural]) => [condition, cannotRead(plural)]);
    await bed.statuses.untilSays('orders', { ...Object.fromEntries(words), Ready: /^Unknown CannotRead/ }, againMs);
    await allow(context, all);
    await bed.statuses.untilSays('orders', isReady, againMs);
  });
}

test('statuses may not be written: it says so in its log, and writes what is true as soon as it may', async (context) => {
  const { bed, pause } = context;
  await allow(context, without('processes/status'));
  const before = bed.statuses.of('orders').length;
  await pause(true);
  const refused = /processes.*is forbidden.*cannot patch resource "processes\/status"/;
  const errors = () => bed.sidecar.log().filter(({ level, process }) => level === 'error' && process === `${namespace}/orders`);
  await until({ what: 'a refusal', look: errors, isSo: (found) => found.some(({ error }) => refused.test(String(error))) });
  await allow(context, all);
  await bed.statuses.untilSays('orders', paused, againMs);
  const said = bed.statuses.of('orders').slice(before);
  assert.ok(!said.some((one) => reads(one, { Ready: /^True/ })), JSON.stringify(said, null, 1));
  await pause(false);
  await bed.statuses.untilSays('orders', isReady, againMs);
});

test('Events may not be written: statuses are all the same', async (context) => {
  const { bed, pause } = context;
  await allow(context, without('events'));
  await pause(true);
  await bed.statuses.untilSays('orders', paused, againMs);
  await pause(false);
  await bed.statuses.untilSays('orders', isReady, againMs);
  await allow(context, all);
});

test('a sidecar that starts without any right is alive, says what it lacks, and works when it is given', async (context) => {
  const { bed, kubeconfig, pause } = context;
  await bed.sidecar.stop();
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'ameide-process-watch', namespace },
  };
  const path = await objectPath(bed.plane, binding);
  const granted = (await demand(bed.plane, 'GET', path)) as KubeObject;
  await demand(bed.plane, 'DELETE', path);
  await pause(true);
  bed.sidecar = await startSidecar({ kubeconfig, args });
  const refused = () => bed.sidecar.metric('process_sidecar_watches', { state: 'Forbidden' });
  await until({ what: 'four watches to be refused', look: refused, isSo: (count) => count === 4 });
  assert.is((await bed.sidecar.get('/healthz')).status, 200);
  const { metadata: _, ...rest } = granted;
  await apply(bed.plane, [{ ...rest, metadata: binding.metadata } as KubeObject]);
  await bed.statuses.untilSays('orders', paused, againMs);
  await pause(false);
  await bed.statuses.untilSays('orders', isReady, againMs);
});

test.run();
