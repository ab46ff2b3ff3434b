/** The sidecar under exactly the account that deploy/ gives it, for an ordinary day: it is refused nothing, and uses every right it has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../../src/names.ts';
import { built, the } from '../deploy/built.ts';
import { type Audit, auditIn, comparePermissions } from '../deploy/permissions.ts';
import { demand, type KubeObject } from '../testbed/api.ts';
import { apply, objectPath } from '../testbed/apply.ts';
import type { ControlPlane } from '../testbed/control-plane.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { certificates, startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';
import { installKind, setDependency } from './dependencies.ts';
import { type LiveBed, openLiveBed, processOf, render, temporalOf } from './live-bed.ts';
import { followStatuses, type LiveStatuses } from './live-statuses.ts';
import { type SidecarStart, startSidecar } from './sidecar-process.ts';
import { isReady } from './stories.ts';

interface Context {
  bed: LiveBed;
  dir: string;
  audit: Audit;
  gateway: TemporalGateway;
  /** By namespace. */
  statuses: ReadonlyMap<string, LiveStatuses>;
  /** By Process. */
  rendered: ReadonlyMap<string, KubeObject[]>;
}

const test = suite<Context>('rights');
const home = 'ameide-system';
const account = `${home}/ameide-process`;
/** Its Process, by namespace. */
const processes = { sales: 'orders', billing: 'invoices', [home]: 'chores' } as const;
type Namespace = keyof typeof processes;
const isRight = ({ kind }: KubeObject) => /^(ServiceAccount|(Cluster)?Role(Binding)?)$/.test(kind);
const isRole = ({ kind }: KubeObject) => /^(Cluster)?Role$/.test(kind);

test.before(async (context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-audit-'));
  context.audit = auditIn(context.dir);
  const objects = await built('several-namespaces');
  const bed = await openLiveBed({ apiserverArgs: context.audit.args, sidecar: (plane) => startOf(plane, objects) });
  context.bed = bed;
  await Promise.all([installKind(bed, 'Domain'), installKind(bed, 'Agent')]);
  context.gateway = await startTemporalGateway(bed.temporal.address, { clientCertificate: true, apiKey: 'right' });
  context.rendered = render(bed, Object.keys(processes).map(processIn(context.gateway)));
  context.statuses = new Map(Object.keys(processes).map((namespace) => [namespace, followStatuses(bed.plane, namespace)]));
  await apply(bed.plane, secrets());
  for (const namespace of Object.keys(processes)) {
    await setDependency({ ...bed, namespace }, 'Domain', 'sales', true);
    await setDependency({ ...bed, namespace }, 'Agent', 'coach', true);
  }
  for (const name of Object.values(processes)) await apply(bed.plane, context.rendered.get(name)!);
});
test.after(async ({ bed, statuses, gateway, dir }) => {
  for (const one of statuses?.values() ?? []) one.stop();
  await bed?.stop();
  await gateway?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** The account as it is granted, and the arguments as the Deployment has them. */
async function startOf(plane: ControlPlane, objects: readonly KubeObject[]): Promise<SidecarStart> {
  await apply(plane, objects.filter(isRight));
  const { kubeconfig } = await serviceAccountKubeconfig(plane, home, 'ameide-process');
  const { spec } = the(objects, 'Deployment', 'ameide-process') as unknown as { spec: PodSpecOwner };
  const [verb, ...args] = spec.template.spec.containers[0]!.args;
  assert.is(verb, 'sidecar');
  return { kubeconfig, args };
}

interface PodSpecOwner {
  readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
}

/** That of `sales` has all the credentials for Temporal that a Process can have. */
function processIn(gateway: TemporalGateway): (namespace: string) => KubeObject {
  return (namespace) => {
    const name = processes[namespace as Namespace];
    const credentials = {
      address: gateway.address,
      tls: { caSecretRef: { name: 'temporal-ca' }, clientCertificateSecretRef: { name: 'temporal-client' } },
      apiKeySecretRef: { name: 'temporal-key', key: 'key' },
    };
    const dependencies = { domains: [{ name: 'sales' }], agents: [{ name: 'coach' }] };
    const process = processOf(name, { dependencies, temporal: temporalOf(name, namespace === 'sales' ? credentials : {}) });
    return { ...process, metadata: { name, namespace } };
  };
}

function secrets(): KubeObject[] {
  const read = (file: string) => readFileSync(join(certificates, file), 'utf8');
  const of = (name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'sales' },
    stringData,
  });
  return [
    of('temporal-ca', { 'ca.crt': read('ca.pem') }),
    of('temporal-client', { 'tls.crt': read('client.pem'), 'tls.key': read('client-key.pem') }),
    of('temporal-key', { key: 'right' }),
  ];
}

/** A guard that somebody took off is put on again; all is well; twice the same happens, so that an Event is written and then counted; it is told to stop. */
async function ordinaryDay({ bed, statuses }: Context, namespaces: readonly Namespace[]): Promise<void> {
  const says = (namespace: Namespace, expected: typeof isReady) =>
    statuses.get(namespace)!.untilSays(processes[namespace], expected, 60_000);
  for (const namespace of namespaces) await reguarded(bed, namespace);
  for (const namespace of namespaces) await says(namespace, isReady);
  for (const isWell of [false, true, false, true]) {
    await Promise.all(namespaces.map((namespace) => setDependency({ ...bed, namespace }, 'Domain', 'sales', isWell)));
    const expected = isWell ? isReady : { DependenciesReady: /^False DependencyNotReady/ };
    for (const namespace of namespaces) await says(namespace, expected);
  }
  bed.sidecar.signal('SIGTERM');
  assert.is(await bed.sidecar.ended, 0);
  const troubles = bed.sidecar.log().filter(({ level }) => level === 'warn' || level === 'error');
  assert.equal(troubles, []);
}

async function reguarded({ plane }: LiveBed, namespace: Namespace): Promise<void> {
  const path = `/apis/ameide.io/v1/namespaces/${namespace}/processes/${processes[namespace]}`;
  await demand(plane, 'PATCH', path, { metadata: { finalizers: null } });
  const finalizers = async () => ((await demand(plane, 'GET', path)) as KubeObject).metadata.finalizers;
  const isSo = (found: unknown) => Array.isArray(found) && found.includes(drainFinalizer);
  await until({ what: 'the guard to be put on again', look: finalizers, isSo, limitMs: 60_000 });
}

/** From here on the log is another's. */
function auditFrom({ audit, dir }: Context): () => Audit {
  const { length } = readFileSync(audit.log);
  return () => {
    const log = join(dir, 'later.log');
    writeFileSync(log, readFileSync(audit.log).subarray(length));
    return { ...audit, log };
  };
}

/** As after `kubectl delete -k`: nothing is left of what was granted, and no Lease. */
async function revoke({ plane }: LiveBed, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects.filter(isRight)) await demand(plane, 'DELETE', await objectPath(plane, object));
  await demand(plane, 'DELETE', `/apis/coordination.k8s.io/v1/namespaces/${home}/leases/ameide-process`);
}

const noneMissingNoneUnused = { missing: [], unused: [] };

test('several namespaces, with the Role that is rendered for Secrets', async (context) => {
  const { bed, rendered, audit } = context;
  const objects = await built('several-namespaces');
  await ordinaryDay(context, ['sales', 'billing']);
  await revoke(bed, objects);
  const roles = [...objects, ...rendered.get('orders')!].filter(isRole);
  assert.equal(
    roles.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(),
    [`${home}/ameide-process-leader`, 'billing/ameide-process-watch', 'sales/ameide-process-watch', 'sales/orders-temporal-secrets'].sort(),
  );
  assert.equal(comparePermissions(roles, audit, account), noneMissingNoneUnused);
});

for (const [folder, namespaces] of [
  ['sidecar', [home]],
  ['cluster-wide', ['sales', 'billing', home]],
] as const) {
  test(`the same of deploy/${folder}`, async (context) => {
    const { bed } = context;
    const audit = auditFrom(context);
    const objects = await built(folder);
    bed.sidecar = await startSidecar(await startOf(bed.plane, objects));
    await ordinaryDay(context, namespaces);
    await revoke(bed, objects);
    assert.equal(comparePermissions(objects, audit(), account), noneMissingNoneUnused);
  });
}

/** What the sidecar says when it lacks a right is another test's; here, that a lack and a surplus are told by this one. */
test('a right that is taken away is missing, and one that is added is unused', async (context) => {
  const { bed } = context;
  const audit = auditFrom(context);
  const pods = (rule: Rule) => rule.resources.includes('pods');
  const surplus = { apiGroups: [''], resources: ['secrets'], verbs: ['list'] };
  const objects = (await built('sidecar')).map((object) => {
    if (object.kind !== 'Role' || object.metadata.name !== 'ameide-process-watch') return object;
    const rules = (object.rules as Rule[]).map((rule) => (pods(rule) ? { ...rule, resources: ['configmaps'] } : rule));
    return { ...object, rules: [...rules, surplus] };
  });
  bed.sidecar = await startSidecar(await startOf(bed.plane, objects));
  const forbidden = () => bed.sidecar.metric('process_sidecar_watches', { resource: 'pods', state: 'Forbidden' });
  await until({ what: 'it to be refused', look: forbidden, isSo: (count) => count === 1 });
  await bed.sidecar.stop();
  const { missing, unused } = comparePermissions(objects, audit(), account);
  assert.equal(missing, [`${home}: list /pods`]);
  assert.ok(unused.includes(`${home}: list /secrets`), unused.join('\n'));
});

interface Rule {
  readonly resources: readonly string[];
}

test.run();
