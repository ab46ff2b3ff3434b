/** The first status of a Process waits a moment for what comes with it, and no longer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { annotation } from '../../src/names.ts';
import { openFirstLooks } from '../../src/sidecar/first-looks.ts';
import type { Observation, SeenDeployment, SeenTemporal } from '../../src/sidecar/observation.ts';

const test = suite('first looks');
const bare: Observation = { now: '', process: {}, pods: [], definitions: [], dependencies: [], unreadable: {} };
const deployment = { name: 'l2o-process' } as SeenDeployment;
const where = { address: 'a', namespace: 'n', taskQueue: 'q' };
const unasked: SeenTemporal = { ...where, server: { state: 'NotAsked' } };

function at(ms: number[], inLine = () => 0) {
  return openFirstLooks({ nowMs: () => ms[0]!, inLine });
}

test('without a Deployment half a second, with one until Temporal has answered, two seconds at most, or ten in the line of a server that answers', () => {
  const clock = [1_000];
  const looks = at(clock);
  assert.is(looks.wait('a', bare), 500);
  clock[0] = 1_400;
  assert.is(looks.wait('a', bare), 100);
  assert.is(looks.wait('a', { ...bare, deployment, temporal: unasked }), 1_600);
  const inLine: SeenTemporal = { ...where, server: { state: 'Answers', since: '' } };
  assert.is(looks.wait('a', { ...bare, deployment, temporal: inLine }), 9_600);
  clock[0] = 3_000;
  assert.is(looks.wait('a', { ...bare, deployment, temporal: unasked }), 0);
});

test('where thousands are in line of a server that answers, a hundredth of a second for each', () => {
  const [clock, line] = [[0], [5_000]];
  const looks = at(clock, () => line[0]!);
  const inLine: Observation = { ...bare, deployment, temporal: { ...where, server: { state: 'Answers', since: '' } } };
  assert.is(looks.wait('a', inLine), 50_000);
  [clock[0], line[0]] = [12_000, 2_000];
  assert.is(looks.wait('a', inLine), 8_000);
  line[0] = 900;
  assert.is(looks.wait('a', inLine), 0);
});

test('no wait for one that has a status, for a Temporal that fails, or when all is there', () => {
  const looks = at([0]);
  assert.is(looks.wait('a', { ...bare, process: { status: {} } }), 0);
  const failing: SeenTemporal = { ...where, server: { state: 'Fails', since: '', failure: 'Unreachable', message: '' } };
  assert.is(looks.wait('a', { ...bare, deployment, temporal: failing }), 0);
  const answered: SeenTemporal = { ...where, server: { state: 'Answers', since: '' }, queue: { askedAt: '', workflowPollers: [] } };
  assert.is(looks.wait('a', { ...bare, deployment, temporal: answered }), 0);
  const missing: SeenTemporal = { ...where, server: { state: 'Answers', since: '' }, namespaceState: { state: 'NotFound', askedAt: '' } };
  assert.is(looks.wait('a', { ...bare, deployment, temporal: missing }), 0);
});

test('a new spec waits half a second for the Deployment that was rendered with it', () => {
  const clock = [0];
  const looks = at(clock);
  const metadata = { generation: 2, annotations: { [annotation.renderedFrom]: 'new' } };
  const half = { ...bare, process: { metadata, status: { observedGeneration: 1 } }, deployment: { ...deployment, renderedFrom: 'old' } };
  assert.is(looks.wait('a', half), 500);
  clock[0] = 400;
  assert.is(looks.wait('a', half), 100);
  assert.is(looks.wait('a', { ...half, deployment: { ...deployment, renderedFrom: 'new' } }), 0);
  clock[0] = 600;
  assert.is(looks.wait('a', half), 0, 'the Deployment does not come: that is told');
  assert.is(looks.wait('a', { ...half, process: { metadata, status: { observedGeneration: 2 } } }), 0);
});

test('one that is made again waits again', () => {
  const clock = [0];
  const looks = at(clock);
  looks.wait('a', bare);
  clock[0] = 9_000;
  assert.is(looks.wait('a', bare), 0);
  looks.forget('a');
  assert.is(looks.wait('a', bare), 500);
});

test.run();
