/** The table of conditions, row by row, and what holds between conditions whatever is seen: golden cases mixed with one another. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert as check, constantFrom, property, record } from 'fast-check';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decide } from '../../src/sidecar/decide.ts';
import type { Observation } from '../../src/sidecar/observation.ts';
import { ownConditions } from '../../src/sidecar/written-status.ts';
import { namesOfCases } from '../golden.ts';
import { root } from '../testbed/parts.ts';

const folder = join(root, 'test/cases/status');
const names = namesOfCases(folder);
const inputOf = (name: string) => load(readFileSync(join(folder, name, 'input.yaml'), 'utf8')) as Observation;

type Row = readonly [type: string, status: string, when: string, cases: string];

/** Which cases show each cell of the table of conditions. */
const table: readonly Row[] = [
  ['DefinitionResolved', 'True', 'pinned bytes are in the live ConfigMap and are what the pods mount', 'ready'],
  ['DefinitionResolved', 'False', 'missing', 'no-pin, definition-config-map-missing, a-retained-version-is-gone'],
  ['DefinitionResolved', 'False', 'edited', 'definition-config-map-edited, definition-config-map-without-its-key'],
  ['DefinitionResolved', 'False', 'another one mounted', 'another-definition-is-mounted, old-pods-mount-another-definition'],
  ['DefinitionResolved', 'Unknown', 'cannot read', 'config-maps-may-not-be-read, deployments-may-not-be-read, an-invalid-live-spec'],
  ['WorkloadReady', 'True', 'rendered from this spec and available', 'ready'],
  ['WorkloadReady', 'False', 'not yet', 'rolling-out'],
  ['WorkloadReady', 'False', 'failing', 'a-roll-out-that-is-stuck, a-worker-that-crashes-after-it-was-ready, a-pod-that-no-node-takes'],
  ['WorkloadReady', 'False', 'absent', 'the-function-was-skipped'],
  ['WorkloadReady', 'False', 'not rendered from this spec', 'rendered-from-another-spec, edited-after-the-render'],
  ['WorkloadReady', 'Unknown', 'cannot read', 'deployments-may-not-be-read'],
  [
    'WorkersReady',
    'True',
    'live pollers',
    'ready, custom-identities, a-restarted-container-that-polls, activity-workers-only, versioned-workers-of-the-current-version',
  ],
  [
    'WorkersReady',
    'False',
    'pods without pollers',
    'ready-pods-that-never-poll, a-worker-that-stopped-polling, only-workers-of-somebody-else-poll',
  ],
  ['WorkersReady', 'False', 'a restarted container has not polled', 'a-container-that-was-restarted-and-has-not-polled-since'],
  ['WorkersReady', 'False', 'its last poll was before it was killed', 'a-killed-container-is-not-alive-by-its-last-poll'],
  ['WorkersReady', 'False', 'wrong queue', 'another-queue-in-the-environment, another-address-in-the-environment'],
  ['WorkersReady', 'False', 'no routing', 'versioned-workers-without-a-current-version, unversioned-workers-while-a-version-is-current'],
  ['WorkersReady', 'Unknown', 'Temporal cannot be asked', 'temporal-is-silent-longer-than-the-grace, the-api-key-is-refused'],
  ['TemporalHealthy', 'True', 'server answers and the namespace is registered', 'ready'],
  ['TemporalHealthy', 'False', 'unreachable longer than the grace', 'temporal-is-silent-longer-than-the-grace, the-tls-handshake-fails'],
  ['TemporalHealthy', 'False', 'namespace missing or deprecated', 'temporal-namespace-missing, temporal-namespace-deprecated'],
  ['TemporalHealthy', 'Unknown', 'not looked yet', 'temporal-was-not-asked-yet'],
  ['TemporalHealthy', 'Unknown', 'within the grace, and no verdict stands', 'temporal-is-silent-from-the-first-look-on'],
  ['TemporalHealthy', 'True', 'within the grace the last verdict stands', 'temporal-is-silent-within-the-grace'],
  [
    'TemporalHealthy',
    'Unknown',
    'not permitted to look',
    'the-api-key-is-refused, temporal-namespace-forbidden, the-secret-with-credentials-is-missing',
  ],
  ['DependenciesReady', 'True', 'all named exist and are Ready', 'ready, dependencies-ready'],
  ['DependenciesReady', 'False', 'one absent', 'a-dependency-is-absent, a-dependency-of-a-kind-that-is-not-installed'],
  ['DependenciesReady', 'False', 'not Ready', 'a-dependency-is-not-ready'],
  ['DependenciesReady', 'Unknown', 'cannot read', 'dependencies-may-not-be-read'],
  ['CanaryReady', 'True', 'its workload runs the spec and polls', 'a-canary-that-is-well, a-canary-with-another-image'],
  ['CanaryReady', 'False', 'failing', 'a-canary-that-crashes, a-canary-that-never-polls, one-of-two-canary-pods-does-not-poll'],
  ['CanaryReady', 'False', 'not yet', 'a-canary-that-is-on-its-way, a-canary-that-has-not-polled-yet'],
  ['CanaryReady', 'False', 'its definitions', 'a-canary-whose-definition-is-missing, a-canary-without-the-stable-definition'],
  ['CanaryReady', 'False', 'another render, or none', 'a-canary-that-was-not-rendered, a-canary-of-an-earlier-render'],
  ['CanaryReady', 'False', 'it should be gone', 'a-canary-that-was-left-behind, a-canary-that-is-about-to-go'],
  ['CanaryReady', 'Unknown', 'Temporal cannot be asked', 'a-canary-while-temporal-is-silent-longer-than-the-grace'],
  [
    'DefinitionResolved',
    'False',
    'stable lacks the canary’s',
    'stable-workers-without-the-canary-s-definition, a-canary-whose-definition-is-missing',
  ],
  ['Degraded', 'True', 'the canary is ill', 'a-canary-that-crashes, a-canary-that-never-polls, a-canary-that-was-left-behind'],
  ['Degraded', 'False', 'the canary is on its way', 'a-canary-that-is-on-its-way, a-canary-of-an-apply-that-is-half-done'],
  ['Ready', 'True', 'stable is well, whatever the canary is', 'a-canary-that-crashes, a-canary-that-was-not-rendered'],
  ['Ready', 'False', 'stable is ill, whatever the canary is', 'stable-workers-that-crash-beside-a-canary-that-is-well'],
  ['Degraded', 'True', 'Temporal unhealthy', 'temporal-is-silent-longer-than-the-grace'],
  ['Degraded', 'True', 'dependencies not ready', 'a-dependency-is-absent'],
  ['Degraded', 'True', 'definition not resolved', 'definition-config-map-edited'],
  ['Degraded', 'True', 'workers partly lost', 'one-of-two-pods-is-lost, one-of-two-pods-does-not-poll'],
  ['Degraded', 'False', 'none of these', 'ready, rolling-out, two-processes-on-one-queue'],
  ['Ready', 'True', 'DefinitionResolved and WorkersReady True, Degraded False but for a canary', 'ready, a-canary-that-is-well'],
  ['Ready', 'False', 'one of them False', 'no-pin, ready-pods-that-never-poll, an-invalid-live-spec'],
  ['Ready', 'False', 'Degraded True', 'one-of-two-pods-does-not-poll, temporal-is-silent-longer-than-the-grace'],
  ['Ready', 'Unknown', 'first look not done', 'temporal-was-not-asked-yet, temporal-is-silent-from-the-first-look-on'],
  ['Reconciling', 'True', 'on its way by itself', 'rolling-out, an-apply-that-is-half-done, ready-pods-that-have-not-polled-yet'],
  ['Stalled', 'True', 'a person is needed', 'the-function-was-skipped, an-invalid-live-spec, a-roll-out-that-is-stuck, no-pin'],
];

const test = suite('conditions');

for (const [type, status, when, cases] of table) {
  test(`${type} is ${status}: ${when}`, () => {
    for (const name of cases.split(', ')) {
      assert.ok(existsSync(join(folder, name)), `there is no case ${name}`);
      assert.is(statusesOf(inputOf(name)).get(type), status, name);
    }
  });
}

test('what is not True is absent, for Reconciling and Stalled', () => {
  const found = statusesOf(inputOf('ready'));
  assert.not(found.has('Reconciling'));
  assert.not(found.has('Stalled'));
});

test('whatever is seen, the conditions agree with one another', () => {
  check(property(mixed(), agree), { numRuns: 5_000 });
});

test('a status that is written decides the same again', () => {
  check(
    property(mixed(), (seen) => {
      const first = decide(seen);
      const again = decide(withStatus(seen, first));
      assert.equal(again.status, first.status);
    }),
    { numRuns: 2_000 },
  );
});

/** So long before; longer than any time that something has to pass by itself. */
const earlierMs = 180_000;

test('so does one that is written after another one, whatever was so before: a write is no reason to say something else', () => {
  check(
    property(mixed(), mixed(), (before, seen) => {
      const then = new Date(Date.parse(seen.now) - earlierMs).toISOString();
      const told = decide({ ...before, now: then });
      const first = decide(withStatus(seen, told));
      const again = decide(withStatus(seen, first));
      assert.equal(saidIn(again), saidIn(first));
    }),
    { numRuns: 5_000 },
  );
});

/** Of two that are amiss for the same reason the words of the other one may come, which has to wait as long. */
function saidIn({ status }: ReturnType<typeof decide>): string[] {
  return status.conditions!.map((one) => `${one.type} ${one.status} ${one.reason}`);
}

function withStatus(seen: Observation, { status }: Pick<ReturnType<typeof decide>, 'status'>): Observation {
  return { ...seen, process: { ...seen.process, status } };
}

function statusesOf(seen: Observation): Map<string, string> {
  return new Map(decide(seen).status.conditions!.map(({ type, status }) => [type, status!]));
}

/** Each part of an observation from some golden case. */
function mixed() {
  const any = constantFrom(...names);
  return record({ spec: any, workload: any, temporal: any, definitions: any, dependencies: any }).map(mix);
}

const inputs = new Map(names.map((name) => [name, inputOf(name)]));

function mix(from: Record<'spec' | 'workload' | 'temporal' | 'definitions' | 'dependencies', string>): Observation {
  const of = (part: keyof typeof from) => inputs.get(from[part])!;
  const { deployment, canary, pods } = of('workload');
  const { temporal } = of('temporal');
  const base = of('spec');
  return {
    now: base.now,
    process: base.process,
    ...(deployment && { deployment }),
    ...(canary && { canary }),
    pods,
    definitions: of('definitions').definitions,
    dependencies: of('dependencies').dependencies,
    ...(temporal && { temporal }),
    ...(temporal && base.sharedWith && { sharedWith: base.sharedWith }),
    unreadable: { ...of('workload').unreadable, ...of('definitions').unreadable },
  };
}

function agree(seen: Observation): void {
  const { status, recheckAfterMs = 0 } = decide(seen);
  const conditions = status.conditions!;
  const is = (type: string) => conditions.find((one) => one.type === type)?.status;
  assert.equal(
    conditions.map(({ type }) => type),
    ownConditions.filter((type) => is(type) !== undefined),
    'each once, in one order, and none that nobody knows',
  );
  const reason = conditions.find(({ type }) => type === 'Degraded')!.reason;
  const isWell = is('Degraded') === 'False' || reason === 'CanaryIll';
  assert.is(is('Ready') === 'True', is('DefinitionResolved') === 'True' && is('WorkersReady') === 'True' && isWell);
  if (reason === 'CanaryIll') assert.is(is('CanaryReady'), 'False');
  if (is('WorkersReady') === 'True') assert.is(is('WorkloadReady'), 'True');
  const impaired = ['TemporalHealthy', 'DependenciesReady', 'DefinitionResolved'].some((type) => is(type) === 'False');
  assert.is(is('Degraded') === 'True', impaired || reason === 'WorkersPartlyLost' || reason === 'CanaryIll');
  assert.ok(is('Reconciling') === undefined || is('Stalled') === undefined, 'not both');
  // Workers may be well and a drain need a person all the same.
  if (is('Ready') === 'True' && is('Draining') === undefined) assert.is(is('Stalled'), undefined);
  assert.ok(recheckAfterMs >= 0);
  for (const { message = '', observedGeneration } of conditions) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.not.match(message, /[\u0000-\u001f]/);
    assert.ok(message.length > 0 && message.length < 2_000);
    assert.is(observedGeneration, status.observedGeneration);
  }
}

test.run();
