/** What is found of a rendered stream with a canary: nothing when it is whole, and what was changed when something was. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describe } from '../../src/problem.ts';
import { verifyRendered } from '../../src/verify/rendered.ts';
import { kubernetesSchema as schema } from '../../src/yaml/schema.ts';
import { root } from '../testbed/parts.ts';

const test = suite('verify/rendered-canary');

// biome-ignore lint/suspicious/noExplicitAny: objects of several kinds, to be broken at will
type Any = any;

function stream(change: (objects: Record<'process' | 'stable' | 'canary', Any>, items: Any[]) => void = () => {}): string[] {
  const file = join(root, 'test/cases/render/a-canary-with-another-definition/expected.yaml');
  const { items } = load(readFileSync(file, 'utf8'), { schema }) as { items: Any[] };
  const named = (name: string, kind: string) => items.find((item) => item.metadata.name === name && item.kind === kind);
  const [process, stable, canary] = [
    named('l2o', 'Process'),
    named('l2o-process', 'Deployment'),
    named('l2o-process-canary', 'Deployment'),
  ];
  change({ process, stable, canary }, items);
  return verifyRendered(items).map((found) => describe(found));
}

const podSpecOf = (deployment: Any) => deployment.spec.template.spec;

test('a whole one is found to be whole', () => {
  assert.equal(stream(), []);
});

test('each track is held to its own image, definition and place', () => {
  const cases: readonly [change: Parameters<typeof stream>[0], expected: RegExp][] = [
    [
      ({ canary }, items) => void items.splice(items.indexOf(canary), 1),
      /^error NotRendered: Process "sales\/l2o": no worker Deployment of track canary was generated/,
    ],
    [({ stable }, items) => void items.splice(items.indexOf(stable), 1), /^error NotRendered: .* of track stable was generated/],
    [
      ({ canary }) => {
        podSpecOf(canary).containers[0].image = 'other:1';
      },
      /^error RenderBroken: Deployment "sales\/l2o-process-canary" .*image: is "other:1"/,
    ],
    [
      ({ stable, canary }) => {
        podSpecOf(canary).volumes = podSpecOf(stable).volumes;
      },
      /^error RenderBroken: Deployment "sales\/l2o-process-canary" .*path=definition\.json/,
    ],
    [
      ({ stable }) => void podSpecOf(stable).volumes[0].projected.sources.splice(2, 1),
      /^error RenderBroken: Deployment "sales\/l2o-process" .*version 2, which running workflows may replay, is not mounted/,
    ],
    [
      ({ stable, canary }) => {
        podSpecOf(canary).containers[0].env = podSpecOf(stable).containers[0].env;
      },
      /^error RenderBroken: Deployment "sales\/l2o-process-canary" .*PROCESS_DEFINITION_VERSION/,
    ],
  ];
  for (const [change, expected] of cases) {
    const found = stream(change);
    assert.ok(
      found.some((line) => expected.test(line)),
      `${expected} is not among\n${found.join('\n')}`,
    );
  }
});

test('the Deployment of a canary that the Process no longer has is told of', () => {
  const found = stream(({ process }) => {
    process.spec.rollout = { strategy: 'Canary' };
  });
  assert.ok(
    found.some((line) =>
      /"sales\/l2o-process-canary" metadata\.name: is of track canary, and Process "l2o" has none; render again/.test(line),
    ),
  );
});

test.run();
