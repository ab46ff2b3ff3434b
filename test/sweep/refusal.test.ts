/** When a sweep ends nothing: one line for each cause, and for what is none. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { annotation, drainFinalizer, specHash } from '../../src/names.ts';
import type { Process } from '../../src/process.ts';
import type { Resource } from '../../src/resource.ts';
import { sweepRefusal } from '../../src/sweep/refusal.ts';

const test = suite('sweep/refusal');

const spec = {
  image: 'worker:1',
  definitionRef: { id: 'L2O', tenantId: 't1' },
  temporal: { namespace: 'sales-process', taskQueue: 'l2o-tq' },
};
const status = { observedGeneration: 3, temporal: { address: 'temporal:7233', sharedWith: [] } };

interface Change {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

function live(change: Change = {}, name = 'l2o'): Resource {
  return {
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name, namespace: 'sales', generation: 3, annotations: { [annotation.renderedFrom]: specHash(spec) }, ...change.metadata },
    spec: { ...spec, ...change.spec },
    status: { ...status, ...change.status },
  };
}

function refusal(process: Resource, neighbours: readonly Resource[] = []): string | undefined {
  return sweepRefusal({ live: process, process: process as unknown as Process, neighbours: [process, ...neighbours] })?.message;
}

const other = (change: Change = {}) => live(change, 'l2o-next');

const refused: Record<string, [process: Resource, neighbours: Resource[], why: RegExp]> = {
  'it is Draining': [live({ spec: { lifecycle: 'Draining' } }), [], /is drained/],
  'it is being deleted, and held': [
    live({ metadata: { deletionTimestamp: '2026-11-24T12:00:00Z', finalizers: [drainFinalizer] } }),
    [],
    /is drained/,
  ],
  'it is being deleted': [live({ metadata: { deletionTimestamp: '2026-11-24T12:00:00Z' } }), [], /is drained/],
  'the live spec was edited': [live({ spec: { image: 'worker:2' } }), [], /not what was rendered/],
  'it was never rendered': [live({ metadata: { annotations: {} } }), [], /not what was rendered/],
  'there is no sidecar': [live({ status: { observedGeneration: undefined, temporal: undefined } }), [], /has not said yet/],
  'the sidecar is behind': [live({ status: { observedGeneration: 2 } }), [], /has not said yet/],
  'the sidecar does not know its Temporal': [live({ status: { temporal: undefined } }), [], /has not said yet/],
  'the sidecar does not know who shares the queue, or does not say so yet': [
    live({ status: { temporal: { address: 'temporal:7233' } } }),
    [],
    /has not said yet/,
  ],
  'another one of the namespace': [live(), [other()], /shared with sales\/l2o-next/],
  'another one that leaves': [live(), [other({ spec: { lifecycle: 'Draining' } })], /shared with sales\/l2o-next/],
  'another one of which nothing is known yet': [live(), [other({ status: { temporal: undefined } })], /shared with sales\/l2o-next/],
  'another one of another namespace, which the sidecar saw': [
    live({ status: { temporal: { address: 'temporal:7233', sharedWith: ['billing/l2o'] } } }),
    [],
    /shared with billing\/l2o/,
  ],
};

for (const [what, [process, neighbours, why]] of Object.entries(refused)) {
  test(`refused: ${what}`, () => assert.match(refusal(process, neighbours) ?? 'it may go', why));
}

test('it may go: alone, beside another queue, another Temporal namespace, another Temporal', () => {
  assert.is(refusal(live()), undefined);
  const neighbours = [
    other({ spec: { temporal: { ...spec.temporal, taskQueue: 'other' } } }),
    other({ spec: { temporal: { ...spec.temporal, namespace: 'other' } } }),
    other({ status: { temporal: { address: 'elsewhere:7233' } } }),
  ];
  for (const one of neighbours) assert.is(refusal(live(), [one]), undefined);
});

test('at another Temporal than the one that its workers poll nobody knows who shares the queue; who names it by hand means it', () => {
  const at = (address?: string) => {
    const process = live();
    return sweepRefusal({ live: process, process: process as unknown as Process, neighbours: [process], ...(address && { address }) })
      ?.message;
  };
  assert.match(
    at('prod:7233') ?? 'it may go',
    /would ask the Temporal at prod:7233, and its workers poll temporal:7233; .*--temporal-address prod:7233$/,
  );
  assert.is(at('temporal:7233'), undefined);
  assert.is(at(), undefined);
});

test.run();
