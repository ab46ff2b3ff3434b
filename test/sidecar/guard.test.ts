/** What the guard puts on a live Process so that Argo CD deletes it before its workers, whatever waves these have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { guardAnnotation } from '../../src/names.ts';
import { waveOf } from '../../src/sidecar/guard/argo-cd.ts';
import { guardPatch } from '../../src/sidecar/guard/guard.ts';
import type { Observation, SeenDeployment } from '../../src/sidecar/observation.ts';
import { root } from '../testbed/parts.ts';

const test = suite('guard');

const inPlace = load(readFileSync(join(root, 'test/cases/status/guard-in-place/input.yaml'), 'utf8')) as Observation;
const gitsWave = load(
  readFileSync(join(root, 'test/cases/status/guard-wave-of-git-is-not-above-its-workers/input.yaml'), 'utf8'),
) as Observation;

const deployment = inPlace.deployment as SeenDeployment;
const [definition] = inPlace.definitions;
const waveIn = (seen: Observation) => guardPatch(seen)?.annotations?.[guardAnnotation.wave];

test('nothing is to be changed where it is in place', () => assert.is(guardPatch(inPlace), undefined));

test('its wave is above those of the workers, of the canary and of the definitions', () => {
  assert.is(waveIn({ ...inPlace, deployment: { ...deployment, wave: 5 } }), '6');
  assert.is(waveIn({ ...inPlace, canary: { ...deployment, name: 'l2o-process-canary', wave: 2 } }), '3');
  assert.is(waveIn({ ...inPlace, definitions: [{ ...definition!, wave: 9 }] }), '10');
});

test('who is in a wave below 0 is no reason to go below 1: other objects of the Process have none given', () => {
  assert.is(guardPatch({ ...inPlace, deployment: { ...deployment, wave: -5 } }), undefined);
});

test('a wave that Git has set is left as it is', () => assert.is(waveIn(gitsWave), undefined));

const waves: readonly (readonly [text: unknown, wave: number])[] = [
  ['3', 3],
  ['-2', -2],
  ['+7', 7],
  ['', 0],
  ['1.5', 0],
  [' 1', 0],
  ['0x10', 0],
  ['99999999999999999999', 0],
  [4, 0],
];
for (const [text, wave] of waves) {
  test(`wave ${JSON.stringify(text)} is ${wave}, as in Argo CD`, () => {
    assert.is(waveOf({ metadata: { annotations: { [guardAnnotation.wave]: text } } }), wave);
  });
}
test('without annotations it is 0', () => assert.is(waveOf({ metadata: {} }), 0));

test.run();
