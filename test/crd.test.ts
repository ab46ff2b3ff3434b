/** The table of cases against a real API server with our CRD: its verdict must be the renderer's, and for the renderer's reasons. */
import { readFileSync } from 'node:fs';
import { request as send } from 'node:https';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describe } from '../src/problem.ts';
import { rules, transitionRules } from '../src/process/rules.ts';
import { checkUpdate, type Process, parseProcess, type Worker } from '../src/process.ts';
import { readProcessCases } from './process-cases.ts';
import type { KubeObject } from './testbed/api.ts';
import { type ControlPlane, startControlPlane } from './testbed/control-plane.ts';
import { installCrd } from './testbed/discovery.ts';
import { dryRun, dryRunUpdate, type Verdict } from './testbed/dry-run.ts';
import { root } from './testbed/parts.ts';

const test = suite('crd');
let server: ControlPlane;

test.before(async () => {
  server = await startControlPlane();
  await installCrd(server, join(root, 'deploy/crd/ameide.io_processes.yaml'));
});
test.after(() => server?.stop());

/** The text as it is in Git, so that nothing of ours reads the YAML first. */
function dryRunText(text: string): Promise<Verdict> {
  const url = new URL('/apis/ameide.io/v1/namespaces/default/processes?dryRun=All&fieldValidation=Strict', server.url);
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/yaml', accept: 'application/json' };
  return new Promise((resolve, reject) => {
    const call = send(url, { method: 'POST', headers, ca: readFileSync(server.caFile), timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const status = JSON.parse(Buffer.concat(chunks).toString());
        resolve((response.statusCode ?? 500) < 300 ? { accepted: true } : { accepted: false, status });
      });
    });
    call.on('error', reject);
    call.end(text);
  });
}

const ruleMessages = new Set([...rules, ...transitionRules].map(({ message }) => message));

function judge(documents: readonly unknown[]): { isGood: boolean; told: string; broken: string[] } {
  const parsed = documents.map((document) => parseProcess(document));
  const found = parsed.flatMap((one) => ('problems' in one ? one.problems : []));
  const [before, after] = parsed.map((one) => ('process' in one ? one.process : undefined));
  const problems = before && after ? [...found, ...checkUpdate(before, after)] : found;
  const broken = problems.map(({ message }) => message).filter((message) => ruleMessages.has(message));
  return { isGood: problems.length === 0, told: problems.map(describe).join('\n'), broken };
}

/** Cases in which the two must differ, and why. */
const different: Readonly<Record<string, string>> = {
  'bad/a-name-that-the-server-makes-up': 'what is generated is named after the Process, so the name must stand in Git',
};

for (const { name, isGood, text, documents } of readProcessCases()) {
  test(name, async () => {
    const [before, after] = documents as KubeObject[];
    const verdict = after ? await dryRunUpdate(server, before!, after) : await dryRunText(text);
    const ours = judge(documents);
    const theirs = verdict.accepted ? '' : verdict.status.message;
    assert.is(ours.isGood, isGood, ours.told);
    if (name in different) return assert.is.not(verdict.accepted, isGood, 'the two agree now: take it off the list');
    assert.is(verdict.accepted, isGood, `API server: ${theirs || 'accepted'}\nrenderer: ${ours.told || 'accepted'}`);
    // A rule that is broken alone must be the one that the API server names; beside other errors it does not look at rules.
    if (ours.broken.length > 0 && ours.told.split('\n').length === ours.broken.length) {
      for (const message of ours.broken) assert.ok(theirs.includes(message), `the API server refused for another reason: ${theirs}`);
    }
  });
}

/** Values that are wrong or odd somewhere: at the limits of types, lengths, names and quantities. */
const oddValues: readonly unknown[] = [
  ...[null, '', 'x', 'A', 'a.b', 'a/b', '-a', 'a b', 'a ', 'a\nb', 'ä', '😀'.repeat(255), 'ä'.repeat(256)],
  ...[0, -1, 1, 1.5, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, 2 ** 53, true, [], {}, [null], [{}], { a: null }, { 'a b': 'c' }],
  ...[
    'a'.repeat(63),
    'a'.repeat(64),
    'a'.repeat(253),
    'a'.repeat(254),
    '1Gi',
    '1e3',
    '1E',
    '-1',
    '.5',
    '5.',
    '1e400',
    '100n',
    '1K',
    '0x10',
  ],
  ...['In', 'Gt', 'Exists', 'NoExecute', 'DoNotSchedule', 'a:65535', 'a:0', 'metadata.name', 'http', '80', 'a--b', '..', '__proto__'],
];
const oddKeys = [
  'value',
  'valueFrom',
  'name',
  'key',
  'operator',
  'values',
  'foo',
  '__proto__',
  'constructor',
  'minDomains',
  'pin',
  'exec',
  'cpu',
];

/** A good Process of the table with one thing changed that `choose` chooses. */
function mutate(document: unknown, choose: (count: number) => number): unknown {
  const copy = structuredClone(document) as { spec: Record<string, unknown> };
  const places: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(child);
    }
  };
  walk(copy.spec);
  const [parent, key] = places[choose(places.length)]!;
  const odd = oddValues[choose(oddValues.length)];
  const action = choose(4);
  if (Array.isArray(parent) && action === 0) parent.push(structuredClone(parent[Number(key)]));
  else if (!Array.isArray(parent) && action === 0) delete parent[key];
  else if (!Array.isArray(parent) && action === 1) {
    Object.defineProperty(parent, oddKeys[choose(oddKeys.length)]!, { value: odd, enumerable: true, configurable: true, writable: true });
  } else parent[key] = odd;
  return copy;
}

test('what is changed at random is judged alike as well', async () => {
  const good = readProcessCases().filter(({ isGood }) => isGood);
  const choices = fc.infiniteStream(fc.nat());
  await fc.assert(
    fc.asyncProperty(choices, async (stream) => {
      const choose = (count: number) => (stream.next().value as number) % count;
      const text = JSON.stringify(mutate(good[choose(good.length)]!.documents[0], choose));
      const verdict = await dryRunText(text);
      const ours = judge([JSON.parse(text)]);
      assert.is(
        verdict.accepted,
        ours.isGood,
        `${text}\nAPI server: ${verdict.accepted ? 'accepted' : verdict.status.message}\nrenderer: ${ours.told}`,
      );
    }),
    // One seed: a test that is green today must not be red tomorrow by chance. Another one looks elsewhere.
    { numRuns: 300, seed: 499, endOnFailure: true },
  );
});

/** What a Deployment takes as it is, so that a good Process cannot make a bad Deployment. */
function deploymentOf({ metadata: { name }, spec }: Process): KubeObject {
  const { replicas, podLabels, podAnnotations, podSecurityContext, ...worker }: Worker = spec.worker ?? {};
  const inContainer = ['args', 'command', 'env', 'envFrom', 'livenessProbe', 'ports', 'readinessProbe', 'resources', 'startupProbe'];
  const pick = (wanted: boolean) => Object.fromEntries(Object.entries(worker).filter(([key]) => inContainer.includes(key) === wanted));
  const labels = { ...podLabels, 'ameide.io/process': 'x' };
  const podSpec = {
    ...pick(false),
    securityContext: podSecurityContext,
    imagePullSecrets: spec.imagePullSecrets,
    containers: [{ name: 'worker', image: spec.image, imagePullPolicy: spec.imagePullPolicy, ...pick(true) }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels, annotations: podAnnotations }, spec: podSpec } },
  };
}

for (const { name, documents } of readProcessCases().filter(({ isGood }) => isGood)) {
  test(`${name}: a Deployment takes it`, async () => {
    const parsed = parseProcess(documents[0]);
    assert.ok('process' in parsed);
    const verdict = await dryRun(server, deploymentOf(parsed.process));
    assert.ok(verdict.accepted, verdict.accepted ? '' : verdict.status.message);
  });
}

test.run();
