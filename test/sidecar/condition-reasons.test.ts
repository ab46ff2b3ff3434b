/** The table of which condition a reason comes from says what the golden cases of statuses and drains say, no more and no less. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { conditionReasons } from '../../src/condition-reasons.ts';
import { objectsAt, type Resource, valueAt } from '../../src/resource.ts';
import { root } from '../testbed/parts.ts';

const test = suite('reasons of conditions');

const goldens = (kind: string) =>
  readdirSync(join(root, 'test/cases', kind)).map((name) =>
    load(readFileSync(join(root, 'test/cases', kind, name, 'expected.yaml'), 'utf8')),
  );
const pairsOf = (type: string, ...reasons: readonly unknown[]) => reasons.map((reason) => `${type} ${String(reason)}`);
const listed = new Set(Object.entries(conditionReasons).flatMap(([type, reasons]) => pairsOf(type, ...reasons)));

/** What a status says of itself, and not because another condition says it. */
function own(status: unknown): string[] {
  const conditions = objectsAt(status as Resource, 'conditions');
  const workload = conditions.find(({ type }) => type === 'WorkloadReady');
  const parts = new Set<unknown>([
    ...conditionReasons.DefinitionResolved,
    ...conditionReasons.WorkloadReady,
    ...conditionReasons.WorkersReady,
  ]);
  return conditions.flatMap(({ type, status: is, reason }) => {
    const others = conditions.filter((one) => one.type !== type).map((one) => one.reason);
    if (type === 'Reconciling' || (type === 'Drained' && is === 'Unknown')) return [];
    if (['Ready', 'Degraded', 'Stalled'].includes(String(type)) && others.includes(reason)) return [];
    if (type === 'WorkersReady' && workload!.status !== 'True' && workload!.reason === reason) return [];
    if (type === 'CanaryReady' && parts.has(reason)) return [];
    return pairsOf(String(type), reason);
  });
}

const ofStatuses = goldens('status').flatMap((decision) => own(valueAt(decision, 'status')));
const ofDrains = goldens('drain').flatMap((decision) =>
  Object.entries((valueAt(decision, 'verdicts') ?? {}) as Record<string, { status: string; reason: string }>).flatMap(
    ([name, { status, reason }]) =>
      name === 'drained' && status === 'Unknown' ? [] : pairsOf(name[0]!.toUpperCase() + name.slice(1), reason),
  ),
);

test('what comes up in a condition is listed there', () => {
  assert.ok(ofStatuses.length > 300 && ofDrains.length > 20, `${ofStatuses.length}, ${ofDrains.length}`);
  assert.equal(
    [...new Set([...ofStatuses, ...ofDrains])].filter((pair) => !listed.has(pair)),
    [],
  );
});

test('what is listed comes up', () => {
  const seen = new Set([...ofStatuses, ...ofDrains]);
  assert.equal(
    [...listed].filter((pair) => !seen.has(pair)),
    [],
  );
});

test.run();
