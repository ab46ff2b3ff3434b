/** What is kept of live objects: of those that the renderer gives, of pods in every state, and of objects that are nothing of the kind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert as check, jsonValue, property } from 'fast-check';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Resource } from '../../src/resource.ts';
import { keepDefinition } from '../../src/sidecar/seen/definition.ts';
import { keepReadiness } from '../../src/sidecar/seen/dependency.ts';
import { keepDeployment } from '../../src/sidecar/seen/deployment.ts';
import { keepPod } from '../../src/sidecar/seen/pod.ts';
import { keepProcess } from '../../src/sidecar/seen/process.ts';
import { root } from '../testbed/parts.ts';

const rendered = loadAll(readFileSync(join(root, 'examples/start/l2o.generated.yaml'), 'utf8')) as Resource[];
const ofKind = (kind: string) => rendered.filter((item) => item.kind === kind);
const test = suite('seen');

test('a rendered Deployment says where its workers poll and what they mount', () => {
  const [deployment] = ofKind('Deployment');
  const { owner, seen } = keepDeployment(deployment!)!;
  assert.is(owner, 'l2o');
  assert.is(seen.name, 'l2o-process');
  assert.match(seen.renderedFrom!, /^[0-9a-f]{16}$/);
  assert.is(seen.env.TASK_QUEUE, 'l2o-tq');
  assert.is(seen.env.TEMPORAL_NAMESPACE, 'sales-process');
  assert.is(seen.env.TEMPORAL_ADDRESS, 'temporal-frontend:7233');
  const [definition] = ofKind('ConfigMap').map((item) => keepDefinition(item)!.seen);
  assert.equal(
    seen.mounts.map(({ path, configMap }) => [path, configMap]),
    [
      ['definition.json', definition!.configMap],
      [`${definition!.checksum.slice(7)}/definition.json`, definition!.configMap],
    ],
  );
});

test('a rendered ConfigMap holds what it claims; an edited one does not; a foreign one is none', () => {
  const [configMap] = ofKind('ConfigMap');
  const { owner, seen } = keepDefinition(configMap!)!;
  assert.is(owner, 'l2o');
  assert.is(seen.found, seen.checksum);
  assert.is.not(keepDefinition({ ...configMap, data: { 'definition.json': '{}' } })!.seen.found, seen.checksum);
  assert.is(keepDefinition({ ...configMap, data: {} })!.seen.found, undefined);
  assert.is(keepDefinition({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine' } }), undefined);
});

const pod = (status: object, metadata: object = {}): Resource => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'l2o-process-1', labels: { 'ameide.io/process': 'l2o' }, ...metadata },
  spec: (ofKind('Deployment')[0] as { spec: { template: { spec: object } } }).spec.template.spec,
  status,
});

test('a pod that runs, one that waits, one that crashed, one that no node takes', () => {
  const running = pod({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T10:00:05Z' }],
    containerStatuses: [{ name: 'worker', restartCount: 0, state: { running: { startedAt: '2026-11-24T10:00:02Z' } } }],
  });
  const seen = keepPod(running)!.seen;
  assert.ok(seen.isReady);
  assert.is(seen.runningSince, '2026-11-24T10:00:02Z');
  assert.match(seen.currentDefinition!, /^l2o-definition-/);
  const crashed = pod({
    phase: 'Running',
    containerStatuses: [
      {
        name: 'worker',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-11-24T10:01:00Z' } },
      },
    ],
  });
  assert.equal(keepPod(crashed)!.seen.waiting, { reason: 'CrashLoopBackOff', message: 'back-off' });
  assert.equal(keepPod(crashed)!.seen.lastExit, { exitCode: 1, reason: 'Error', finishedAt: '2026-11-24T10:01:00Z' });
  assert.is(keepPod(crashed)!.seen.runningSince, undefined);
  const refused = pod({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no room' }],
  });
  assert.is(keepPod(refused)!.seen.unschedulable, 'no room');
  assert.ok(keepPod(pod({}, { deletionTimestamp: '2026-11-24T10:02:00Z' }))!.seen.isDeleting);
  assert.is(keepPod(pod({ phase: 'Succeeded' })), undefined);
  assert.is(keepPod(pod({}, { labels: {} })), undefined);
});

test('a host name has 63 characters at most, as in the pod', () => {
  assert.is(keepPod(pod({}, { name: 'a'.repeat(80) }))!.seen.hostname, 'a'.repeat(63));
});

test('a dependency is Ready when its Ready condition is about the spec it has', () => {
  const domain = (generation: number, ready: object): Resource => ({
    metadata: { generation },
    status: { conditions: [{ type: 'Ready', ...ready }] },
  });
  assert.ok(keepReadiness(domain(2, { status: 'True', observedGeneration: 2 })).isReady);
  assert.not(keepReadiness(domain(3, { status: 'True', observedGeneration: 2 })).isReady);
  assert.equal(keepReadiness(domain(2, { status: 'False', reason: 'Migrating', message: 'wait' })), {
    isReady: false,
    message: 'Migrating: wait',
  });
  assert.not(keepReadiness({}).isReady);
});

test('of a Process its bookkeeping is dropped, and nothing else', () => {
  const live = {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name: 'l2o', uid: 'u', managedFields: [{}], annotations: { a: 'b' } },
    spec: { image: 'x' },
  };
  assert.equal(keepProcess(live), { ...live, metadata: { name: 'l2o', uid: 'u', annotations: { a: 'b' } } });
});

test('whatever comes in, nothing throws', () => {
  check(
    property(jsonValue(), jsonValue(), jsonValue(), (metadata, spec, status) => {
      for (const keep of [keepDeployment, keepPod, keepDefinition, keepReadiness, keepProcess])
        keep({ metadata, spec, status, data: spec } as Resource);
    }),
    { numRuns: 2_000 },
  );
});

test.run();
