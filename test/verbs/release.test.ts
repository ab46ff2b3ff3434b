/** `release` as a person runs it on a terminal: it says what is lost, and asks; only a yes releases. */
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drainFinalizer } from '../../src/names.ts';
import { demand, type KubeObject, request } from '../testbed/api.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { applyHealthy, clear } from '../verify/live-bed.ts';
import { onTerminal } from './on-terminal.ts';

const test = suite<{ plane: ControlPlane }>('verbs/release');
const path = '/apis/ameide.io/v1/namespaces/sales/processes/l2o';
const question = 'Release it? [y/N] ';

test.before(async (context) => {
  context.plane = await startControlPlane();
  await installCrd(context.plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
});
test.after(async ({ plane }) => {
  await plane?.stop();
});

/** It is being deleted, and our finalizer holds it. */
async function heldProcess(plane: ControlPlane): Promise<void> {
  // One that is held already.
  await request(plane, 'PATCH', path, { metadata: { finalizers: null } });
  await clear(plane, 'sales');
  await applyHealthy(plane, () => {}, { finalizers: [drainFinalizer] });
  await demand(plane, 'DELETE', path);
}

/** Types the keys at the question. Gives the exit code and what is on the screen then. */
async function answer({ kubeconfig }: ControlPlane, keys: string) {
  const terminal = onTerminal(`${process.execPath} ${join(root, 'dist/ameide-process')} release l2o -n sales --kubeconfig ${kubeconfig}`);
  await until({ what: 'the question', look: terminal.screen, isSo: (screen) => screen.includes(question), limitMs: 30_000 });
  terminal.type(keys);
  const code = await terminal.ended;
  return { code, screen: terminal.screen() };
}

const isHeld = async (plane: ControlPlane) => {
  const { code, body } = await request(plane, 'GET', path);
  return code === 200 && ((body as KubeObject).metadata.finalizers as string[] | undefined)?.includes(drainFinalizer) === true;
};

test('no, nothing, anything that is not yes, Ctrl-C and Ctrl-D: nothing is released, and that is said', async ({ plane }) => {
  await heldProcess(plane);
  for (const keys of ['n\r', '\r', 'no\r', 'yep\r', 'l2o\r', 'ny\r', '\u0003', '\u0004', 'y\u0003']) {
    const { code, screen } = await answer(plane, keys);
    const told = `${JSON.stringify(keys)}: ${screen}`;
    assert.is(code, 1, told);
    assert.match(screen, /^Process sales\/l2o:\r\n {2}nobody has looked what runs on task queue "l2o-tq": /, told);
    assert.match(screen, /\r\nnothing is released\r\n$/, told);
    assert.not.match(screen, /Abort|\n {4}at /, told);
    assert.ok(await isHeld(plane), told);
  }
});

test('yes: it is released, and goes', async ({ plane }) => {
  for (const keys of ['y\r', ' YES \r']) {
    await heldProcess(plane);
    assert.ok(await isHeld(plane));
    const { code, screen } = await answer(plane, keys);
    assert.is(code, 0, screen);
    assert.match(screen, /l2o.* is released\r\n$/, screen);
    assert.is((await request(plane, 'GET', path)).code, 404, keys);
  }
});

test.run();
