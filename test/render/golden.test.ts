import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reasons } from '../../src/problem.ts';
import { golden, namesOfCases } from '../golden.ts';
import { root } from '../testbed/parts.ts';
import { casesFolder, runCase } from './run-case.ts';

golden(casesFolder, runCase);

const all = suite('every case');

for (const name of namesOfCases(casesFolder)) {
  all(name, async () => {
    const dir = join(casesFolder, name);
    const input = readFileSync(join(dir, 'input.yaml'), 'utf8');
    const { output, findings, exitCode, stderr } = await runCase(input, dir);
    const hasErrors = findings.some(({ severity }) => severity === 'error');
    assert.is(exitCode, hasErrors ? 1 : 0);
    assert.is(stderr.split('\n').length - 1, findings.length, 'one line for each finding');
    if (!hasErrors) return assertSettled(output, dir);
    // What was refused comes back byte for byte, with nothing but the findings added.
    if (output !== undefined) assert.is(withoutResults(output), withoutResults(input));
  });
}

/** Rendering a render changes nothing and finds nothing. */
async function assertSettled(output: string | undefined, dir: string): Promise<void> {
  assert.ok(output);
  const again = await runCase(output, dir);
  const changing = again.findings.filter(({ reason }) => reason !== 'NotReproducible');
  assert.equal(changing, []);
  if (again.output !== undefined) assert.is(withoutResults(again.output), withoutResults(output));
}

/** `results` is the last key in what is written. */
function withoutResults(text: string): string {
  return text
    .trimEnd()
    .replace(/\r?\nresults:(.*)$/s, '')
    .replace(/, ?"results": ?\[.*\]\s*\}$/s, '}');
}

/** Findings of verbs other than the function, or of nothing but an unusable machine. */
const notOfTheFunction = new Set([
  'ToolMissing',
  'PackageInvalid',
  'NotRendered',
  'RenderBroken',
  'RenderStale',
  'PinDropped',
  'PinNotRetained',
  'ProcessRemoved',
  'IdentityChanged',
  'ClusterUnusable',
  'ClusterUnreachable',
  'ClusterForbidden',
  'CrdMissing',
  'ProcessNotFound',
  'CanaryMissing',
  'NothingToRelease',
  'StatusMissing',
  'StatusStale',
  'ConditionUnhealthy',
  'ScheduleMissing',
  'SlaBreached',
  'Swept',
  'SweepRefused',
  'SweepInterrupted',
]);

/** Reasons of conditions have their cases in test/cases/status and test/cases/drain. */
function reasonsOfConditions(): string[] {
  const texts = ['status', 'drain'].flatMap((kind) => {
    const folder = join(root, 'test/cases', kind);
    return namesOfCases(folder).map((name) => readFileSync(join(folder, name, 'expected.yaml'), 'utf8'));
  });
  return texts.flatMap((text) => [...text.matchAll(/^ +reason: (\w+)$/gm)].map(([, reason]) => reason!));
}

all('each reason that a render can give has a case, and each of a condition', () => {
  const lines = namesOfCases(casesFolder).map((name) => {
    try {
      return readFileSync(join(casesFolder, name, 'stderr.txt'), 'utf8');
    } catch {
      return '';
    }
  });
  const given = new Set(lines.flatMap((text) => [...text.matchAll(/^(?:error|warning|info) (\w+):/gm)].map(([, reason]) => reason)));
  for (const reason of reasonsOfConditions()) given.add(reason);
  const wanted = Object.keys(reasons).filter((reason) => !notOfTheFunction.has(reason));
  assert.equal(
    wanted.filter((reason) => !given.has(reason)),
    [],
  );
});

all.run();
