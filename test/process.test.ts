/** parseProcess against the table of cases, and against the CRD that it must not drift from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describe, type Problem, reasons } from '../src/problem.ts';
import { rules, transitionRules } from '../src/process/rules.ts';
import { wantedAt } from '../src/process/schema-error.ts';
import { checkUpdate, type ParseOptions, type Process, parseProcess } from '../src/process.ts';
import { isProcessKind } from '../src/render/located.ts';
import { readProcessCases } from './process-cases.ts';
import { root } from './testbed/parts.ts';

const test = suite('process');
const cases = readProcessCases();

function problemsOf(value: unknown, options?: ParseOptions): readonly Problem[] {
  const parsed = parseProcess(value, options);
  return 'problems' in parsed ? parsed.problems : [];
}

function valid(value: unknown): Process {
  const parsed = parseProcess(value);
  if ('problems' in parsed) throw new Error(parsed.problems.map(describe).join('\n'));
  return parsed.process;
}

function judge(documents: readonly unknown[]): readonly Problem[] {
  const [first, second] = documents;
  return second === undefined ? problemsOf(first) : checkUpdate(valid(first), valid(second));
}

/** The smallest Process with one part of its spec replaced. */
function withSpec(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Record<string, unknown> {
  const base = {
    image: 'worker:1',
    definitionRef: { id: 'L2O', tenantId: 't1' },
    temporal: { namespace: 'sales', taskQueue: 'l2o' },
  };
  return { apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o', ...metadata }, spec: { ...base, ...spec } };
}

test('the table is there', () => {
  assert.ok(cases.filter(({ isGood }) => isGood).length >= 15);
  assert.ok(cases.filter(({ isGood }) => !isGood).length >= 60);
});

for (const { name, isGood, reasons: expected, documents } of cases) {
  test(name, () => {
    const problems = judge(documents);
    const found = [...new Set(problems.map(({ reason }) => reason))].sort();
    assert.equal(found, expected, problems.map(describe).join('\n'));
    if (!isGood) assert.ok(expected.length > 0, 'a bad case says its reasons in a first line "# reasons: …"');
    for (const { reason, field, resource } of problems) {
      assert.ok(reason in reasons);
      assert.ok(field, 'a problem names its field');
      assert.ok(resource, 'and its resource');
    }
  });
}

test('each rule that spans fields has a case that breaks it', () => {
  const told = new Set(cases.flatMap(({ documents }) => judge(documents).map(({ message }) => message)));
  const untested = [...rules, ...transitionRules].map(({ message }) => message).filter((message) => !told.has(message));
  assert.equal(untested, []);
});

type Node = Readonly<Record<string, unknown>>;

/** Every node of the CRD's schema, with its path as src/process-rules.ts writes it. */
function schemaNodes(node: Node, at: readonly string[] = []): [readonly string[], Node][] {
  const properties = Object.entries((node.properties ?? {}) as Record<string, Node>);
  const entry = (node.items ?? node.additionalProperties) as Node | undefined;
  const children = [...properties, ...(entry ? [['*', entry] as [string, Node]] : [])];
  return [[at, node], ...children.flatMap(([name, child]) => schemaNodes(child, [...at, name]))];
}

function crdNodes(): [readonly string[], Node][] {
  const crd = load(readFileSync(join(root, 'deploy/crd/ameide.io_processes.yaml'), 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: Node } }[] };
  };
  return schemaNodes(crd.spec.versions[0]!.schema.openAPIV3Schema);
}

test('each rule of the CRD has a twin with the same place, message and field, and no twin is without one', () => {
  const line = (at: readonly string[], message: unknown, fieldPath: unknown) => `${at.join('.')}${fieldPath ?? ''}: ${message}`;
  const inCrd = crdNodes().flatMap(([at, node]) =>
    ((node['x-kubernetes-validations'] ?? []) as Node[]).map(({ message, fieldPath }) => line(at, message, fieldPath)),
  );
  const inCode = [...rules, ...transitionRules].map(({ at, message, fieldPath }) => line(at, message, fieldPath));
  assert.equal(inCode.sort(), inCrd.sort());
});

test('every field of the CRD has a description, and every pattern one in words', () => {
  for (const [at, node] of crdNodes()) {
    if (at.length > 0 && at[0] !== 'metadata') assert.ok(node.description, `${at.join('.')} has no description`);
    if (node.pattern === undefined || at[0] === 'status') continue;
    const path = at.reduce((text, step, index) => {
      if (step !== '*') return text ? `${text}.${step}` : step;
      return `${text}${isListAt(at.slice(0, index)) ? '[0]' : '[key]'}`;
    }, '');
    assert.ok(wantedAt(path), `src/schema-error.ts says nothing of what ${path} wants`);
  }
});

function isListAt(at: readonly string[]): boolean {
  return crdNodes().some(([path, node]) => path.join('.') === at.join('.') && node.type === 'array');
}

test('the problem says what, where, found and the next step', () => {
  const process = withSpec({
    imag: 1,
    temporal: { namespace: 'sales', taskqueue: 'x' },
    worker: { env: [{ name: 'A B', value: 'x' }], replicas: '2' },
  });
  const parsed = problemsOf(process, { file: { path: 'l2o.yaml', index: 1 } });
  const lines = parsed.map(describe).sort();
  assert.equal(lines, [
    'error FieldInvalid: Process "l2o" spec.worker.env[0].name (l2o.yaml): must be a variable name: letters, digits, "_", "-" and ".", no digit first; found "A B"',
    'error FieldInvalid: Process "l2o" spec.worker.replicas (l2o.yaml): must be a whole number; found "2"',
    'error FieldMissing: Process "l2o" spec.temporal.taskQueue (l2o.yaml): is required: add it',
    'error FieldUnknown: Process "l2o" spec.imag (l2o.yaml): is unknown: did you mean image?',
    'error FieldUnknown: Process "l2o" spec.temporal.taskqueue (l2o.yaml): is unknown: did you mean taskQueue?',
  ]);
  assert.equal(parsed[0]?.file, { path: 'l2o.yaml', index: 1 });
});

test('keys of maps stand in brackets, also with slashes and tildes', () => {
  const [found] = problemsOf(withSpec({ worker: { podLabels: { 'a~b.com/c~d': 'x y' } } }));
  assert.is(found?.field?.path, 'spec.worker.podLabels[a~b.com/c~d]');
});

test('values that may be secrets are not repeated', () => {
  const secret = 7391846250;
  const problems = problemsOf(
    withSpec(
      { worker: { env: [{ name: 'PASSWORD', value: secret }], args: [secret], podAnnotations: { token: secret } } },
      { annotations: { token: secret } },
    ),
  );
  assert.is(problems.length, 4);
  assert.not.match(JSON.stringify(problems), String(secret));
});

test('a pin that `pin` is about to mend is no problem to it', () => {
  const pin = { id: 'L2O', version: 3, checksum: `sha256:${'0'.repeat(64)}` };
  const process = withSpec({ definitionRef: { id: 'L2O', tenantId: 't1', version: 4, pin } });
  assert.equal(
    problemsOf(process).map(({ reason }) => reason),
    ['PinMismatch'],
  );
  assert.equal(problemsOf(process, { pinMayMismatch: true }), []);
});

test('nulls are gone from the Process, and its status', () => {
  const process = valid({
    ...withSpec({ rollout: null, worker: { replicas: null, env: [{ name: 'A', value: null }] } }),
    status: { any: 'thing' },
  });
  assert.equal(process.spec.worker, { env: [{ name: 'A' }] });
  assert.not.ok('rollout' in process.spec);
  assert.not.ok('status' in process);
});

test('what is given is not changed', () => {
  const given = withSpec({ rollout: null });
  const before = structuredClone(given);
  valid(given);
  assert.equal(given, before);
});

test('any version of our kind is a Process, so that none is passed over in silence; others are not', () => {
  assert.ok(isProcessKind({ apiVersion: 'ameide.io/v1', kind: 'Process' }));
  assert.ok(isProcessKind({ apiVersion: 'ameide.io/v2', kind: 'Process' }));
  for (const other of [{}, { apiVersion: 'v1', kind: 'Process' }, { apiVersion: 'ameide.io/v1', kind: 'Domain' }])
    assert.not.ok(isProcessKind(other));
});

test('no more than 50 problems are told, and how many more there are', () => {
  const env = Array.from({ length: 200 }, (_, at) => ({ name: `A=${at}`, value: at }));
  const problems = problemsOf(withSpec({ worker: { env } }));
  assert.is(problems.length, 51);
  assert.match(problems.at(-1)!.message, /^350 more problems/);
});

test('a hostile Process is refused at once', () => {
  const deep = JSON.parse(`${'[{"a":'.repeat(5000)}1${'}]'.repeat(5000)}`);
  const hostile: Record<string, unknown> = {
    deep: withSpec({ worker: { affinity: deep } }),
    long: withSpec({ image: 'a'.repeat(10_000_000) }),
    'many long names': withSpec({ image: 'a-'.repeat(500_000) }),
    'as wide as may be': withSpec({ worker: { env: Array.from({ length: 999 }, () => ({})), args: Array.from({ length: 999 }, () => 1) } }),
    wide: withSpec({ worker: { env: Array.from({ length: 250_000 }, () => ({})) } }),
    'many fields': withSpec(Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`field${at}`, {}]))),
    prototype: JSON.parse(
      '{"apiVersion":"ameide.io/v1","kind":"Process","metadata":{"name":"a","__proto__":{"a":1}},"spec":{"__proto__":{"image":"a"}}}',
    ),
    bigint: withSpec({ worker: { replicas: 2n ** 64n }, rollout: { strategy: 1n } }),
    'not a number': withSpec({ worker: { replicas: Number.NaN } }),
  };
  for (const [name, value] of Object.entries(hostile)) {
    const started = performance.now();
    const problems = problemsOf(value);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(problems.length > 0 && problems.length <= 51, name);
    assert.ok(seconds < 2, `${name} took ${seconds} s`);
    assert.type(JSON.stringify(problems), 'string');
    assert.ok(JSON.stringify(problems).length < 50_000, `${name}: messages are short`);
  }
});

test('whatever it is given, it answers', () => {
  const anywhere = fc.constantFrom('image', 'definitionRef', 'temporal', 'worker', 'rollout', 'dependencies', 'observability', 'other');
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 4 });
  fc.assert(
    fc.property(anywhere, anything, anything, (field, value, metadata) => {
      const parsed = parseProcess({ ...withSpec({ [field]: value }), metadata });
      assert.ok('process' in parsed || parsed.problems.length > 0);
      JSON.stringify('problems' in parsed ? parsed.problems : []);
      parseProcess(value);
    }),
    { numRuns: 500 },
  );
});

test.run();
