/** Processes that are invalid, enormous or hostile, and a thousand without workers: each is told what is wrong, and no other pays for it. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand, type KubeObject, request } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { installCrd } from '../testbed/discovery.ts';
import { until } from '../testbed/until.ts';
import { enormous, ofOlderCrds, openCrd, withHostileText } from './bad-processes.ts';
import {
  crdFile,
  edit,
  type LiveBed,
  namespace,
  openLiveBed,
  processOf,
  render,
  temporalNamespace,
  temporalOf,
  theOne,
} from './live-bed.ts';
import { reads } from './live-statuses.ts';
import { startSidecar } from './sidecar-process.ts';
import { isReady } from './stories.ts';

interface Context {
  bed: LiveBed;
  bad: readonly KubeObject[];
  pause(isPaused: boolean): Promise<void>;
  /** Milliseconds from a change of `good` to its status, when nobody else wants anything. */
  calmMs: number;
}

const test = suite<Context>('bad input');
const args = ['-n', namespace, '--no-leader-election'];
const collection = `/apis/ameide.io/v1/namespaces/${namespace}/processes`;
const paused = { WorkloadReady: /^False WorkloadPaused/ };
/** Nothing that moves a cursor, ends a line or turns the direction of writing, and no end of it. */
const oneLine = /^[^\p{Cc}\u2028\u2029\u202e]{10,2500}$/u;
const secretValue = 'quagga-of-the-sidecar\nand zebra-of-two-lines';

test.before(async (context) => {
  const bed = await openLiveBed();
  context.bed = bed;
  const objects = render(bed, [processOf('good')]).get('good')!;
  await apply(bed.plane, objects);
  context.pause = (isPaused) => edit(bed, theOne(objects, 'Deployment'), { spec: { paused: isPaused } });
  await bed.statuses.untilSays('good', isReady);
  context.calmMs = Math.max(...(await latencies(context, 3)));
  context.bad = [...ofOlderCrds(), ...enormous(), ...withHostileText()];
});
test.after(async ({ bed }) => {
  await bed?.stop();
});

/** How long changes of `good` take to show, one after the other. */
async function latencies({ bed, pause }: Context, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let at = 0; at < times; at++) {
    for (const [isPaused, expected] of [
      [true, paused],
      [false, isReady],
    ] as const) {
      await pause(isPaused);
      const since = Date.now();
      took.push((await bed.statuses.untilSays('good', expected)).at - since);
    }
  }
  return took;
}

/** As if they had come under an older CRD, while no sidecar ran. */
async function createInvalid({ bed, bad }: Context): Promise<void> {
  await bed.sidecar.stop();
  const isAccepted = async (name: string) =>
    (await request(bed.plane, 'POST', `${collection}?dryRun=All`, { ...processOf(name), spec: {} })).code === 201;
  bed.team.write('open-crd.json', openCrd());
  await installCrd(bed.plane, join(bed.team.dir, '../open-crd.json'));
  await until({ what: 'anything to be accepted', look: () => isAccepted('probe'), isSo: (accepted) => accepted });
  for (const process of bad) await demand(bed.plane, 'POST', collection, process);
  await installCrd(bed.plane, crdFile);
  await until({ what: 'invalid ones to be refused', look: () => isAccepted('probe'), isSo: (accepted) => !accepted });
}

/** What is told of each: Ready, or, where the API server takes no status, an Event. */
async function told({ bed, bad }: Context): Promise<Map<string, string>> {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  const { items } = (await demand(bed.plane, 'GET', path)) as { items: { regarding: { name: string }; reason: string; note: string }[] };
  const refused = items.filter(({ note }) => note.startsWith('no status can be written'));
  const events = new Map(refused.map(({ regarding, reason, note }) => [regarding.name, `Event ${reason}: ${note}`]));
  return new Map(
    bad.flatMap(({ metadata: { name } }) => {
      const words = bed.statuses.of(name).at(-1)?.conditions.Ready ?? events.get(name);
      return words === undefined ? [] : [[name, words]];
    }),
  );
}

/** Of these the schema cannot even be compared with what is there. */
const withoutStatus = ['list-keys-gone', 'spec-is-text', 'spec-is-a-list', 'other-types', 'temporal-of-other-types'];

test('of those that an older CRD let pass it is told what is wrong', async (context) => {
  const { bed, bad } = context;
  await createInvalid(context);
  bed.sidecar = await startSidecar({ kubeconfig: bed.plane.kubeconfig, args });
  const silent = async () => {
    const words = await told(context);
    return bad.map(({ metadata }) => metadata.name).filter((name) => !words.has(name));
  };
  await until({ what: 'each to be told of', look: silent, isSo: (names) => names.length === 0, limitMs: 30_000 });
  const words = await told(context);
  const events = [...words].filter(([, one]) => one.startsWith('Event')).map(([name]) => name);
  assert.equal(events.filter((name) => !name.startsWith('hostile')).sort(), [...withoutStatus].sort());
  assert.ok(events.length < bad.length / 10, events.map((name) => `${name}: ${words.get(name)}`).join('\n'));
  for (const [name, one] of words) {
    assert.match(one, /^(False|Event) (SpecInvalid|NotRendered): \S+ .*\S/, name);
    assert.match(one, oneLine, name);
    const { conditions, observedGeneration, generation } = bed.statuses.of(name).at(-1)!;
    for (const condition of Object.values(conditions)) assert.match(condition, oneLine, name);
    if (conditions.Ready !== undefined) assert.is(observedGeneration, generation, name);
  }
  assert.match(words.get('fields-gone')!, /SpecInvalid: .*spec\.(image|definitionRef)/);
  assert.match(words.get('spec-is-text')!, /SpecInvalid: .*spec/);
  assert.match(words.get('enormous-valid')!, /NotRendered/);
});

test('beside them, and while a thousand that fail come at once, a good one is not delayed', async (context) => {
  const { bed, calmMs } = context;
  assert.ok(reads(bed.statuses.of('good').at(-1)!, isReady));
  const many = Array.from({ length: 1000 }, (_, at) => processOf(`bare-${at}`));
  const waiting = many.values();
  const createOneByOne = async () => {
    for (const process of waiting) await demand(bed.plane, 'POST', collection, process);
  };
  const [took] = await Promise.all([latencies(context, 4), ...Array.from({ length: 8 }, createOneByOne)]);
  const most = Math.max(...took);
  assert.ok(most < 3_000 + 3 * calmMs, `${took} ms; in peace ${calmMs} ms at most`);
  const bare = () => many.map(({ metadata }) => bed.statuses.of(metadata.name).at(-1)?.conditions.Ready ?? 'nothing');
  const isTold = (words: string) => words.startsWith('False NotRendered: ');
  await until({
    what: 'each to say so',
    look: () =>
      bare()
        .filter((words) => !isTold(words))
        .slice(0, 3),
    isSo: ({ length }) => length === 0,
    limitMs: 60_000,
  });
});

test('hostile text that the schema allows is only text: such a Process becomes Ready', async ({ bed }) => {
  const taskQueue = `' OR 1=1 --"\\ é😀 ../..%2f?a=b&c#$(id)\`id\`{{.}}<b>{"a":1}`;
  const words = { name: 'QUOTE', value: `"'\\ é😀\n$$(id)` };
  const change = {
    temporal: { namespace: temporalNamespace, taskQueue },
    observability: { metricsTags: { quote: `' OR 1=1 --"\\ é😀,=%` } },
  };
  const process = processOf('quoted', change);
  const spec = process.spec as { worker: object };
  const objects = render(bed, [{ ...process, spec: { ...spec, worker: { ...spec.worker, env: [words] } } }]).get('quoted')!;
  await apply(bed.plane, objects);
  const { conditions } = await bed.statuses.untilSays('quoted', isReady, 60_000);
  assert.ok(conditions.WorkersReady!.includes(taskQueue), conditions.WorkersReady);
});

test('hostile credentials and names at Temporal are told without the secret', async ({ bed }) => {
  const stringData = { key: secretValue };
  await apply(bed.plane, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'temporal-key', namespace }, stringData }]);
  const apiKeySecretRef = { name: 'temporal-key', key: 'key' };
  const processes = [
    processOf('leaky', { temporal: temporalOf('leaky', { apiKeySecretRef }) }),
    processOf('elsewhere', { temporal: { namespace: `' OR '1'='1' --"\\%2f..`, taskQueue: 'elsewhere-tq' } }),
  ];
  const rendered = render(bed, processes);
  for (const name of ['leaky', 'elsewhere']) await apply(bed.plane, rendered.get(name)!);
  await bed.statuses.untilSays('leaky', { TemporalHealthy: /^(Unknown|False) .*API key/, Ready: /^False|^Unknown/ });
  await bed.statuses.untilSays('elsewhere', { TemporalHealthy: /^False NamespaceNotFound: .*' OR '1'='1' --"/, Ready: /^False/ });
});

test('it never crashed, and wrote no stack trace and no secret, neither in its log, nor statuses, Events and metrics', async ({ bed }) => {
  const log = bed.sidecar.text();
  const strange = log.split('\n').filter((line) => line !== '' && !line.startsWith('{"ts":'));
  assert.equal(strange, []);
  assert.not.match(log, /\bat .*\.(js|ts|mjs):\d+/);
  assert.not.match(log, /(Type|Range|Reference|Syntax)Error/);
  const metrics = (await bed.sidecar.get('/metrics')).text;
  for (const line of metrics.split('\n')) assert.match(line, /^(|#.*|[a-z0-9_]+(\{[^\n]*\})? [0-9.e+-]+)$/);
  const events = await demand(bed.plane, 'GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
  const statuses = await demand(bed.plane, 'GET', collection);
  for (const text of [log, metrics, JSON.stringify(events), JSON.stringify(statuses)]) {
    for (const secret of ['quagga', 'zebra', bed.plane.token]) assert.not.ok(text.includes(secret));
  }
  assert.is((await bed.sidecar.get('/healthz')).status, 200);
});

test.run();
