/** Which changes of the cluster are a reason to look at a Process again. With an API server that says exactly what the test wants, when it wants it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kube, StreamCall } from '../../src/kube/connect.ts';
import type { Resource } from '../../src/resource.ts';
import { openCluster } from '../../src/sidecar/cluster.ts';

const test = suite('cluster');

const key = 'sales/l2o';
const version = (resourceVersion: string): Resource => ({
  metadata: { namespace: 'sales', name: 'l2o', uid: 'first', generation: 1, resourceVersion },
  spec: {},
});

/** One Process, of version 1, is there; nothing else. */
async function bed() {
  let tell = (_: Resource) => {};
  const stream = async ({ path, onOpen, onChunk, signal }: StreamCall) => {
    onOpen?.();
    const isProcesses = path.includes('/processes');
    if (!path.includes('watch=true')) {
      const items = isProcesses ? [version('1')] : [];
      return onChunk(Buffer.from(JSON.stringify({ kind: 'List', metadata: { resourceVersion: '1' }, items })));
    }
    if (isProcesses) tell = (object) => onChunk(Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object })}\n`));
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  const looks: string[] = [];
  const kube = { namespace: 'sales', stream } as unknown as Kube;
  const onError = (object: string, error: unknown) => assert.unreachable(`${object}: ${error}`);
  const cluster = openCluster({ kube, namespaces: ['sales'], onChange: (found) => looks.push(found), onError });
  await cluster.whenSynced;
  await nextTurn();
  assert.equal(looks, [key]);
  looks.length = 0;
  return { cluster, looks, tell: (object: Resource) => tell(object) };
}

test('what the watch brings of a write of ours is no reason to look again, whichever comes first', async () => {
  const { cluster, looks, tell } = await bed();
  await cluster.write(version('1'), async () => {
    tell(version('2'));
    return { process: version('2') };
  });
  await cluster.write(version('2'), async () => ({ process: version('3') }));
  tell(version('3'));
  assert.equal(looks, []);
  tell(version('4'));
  assert.equal(looks, [key]);
  cluster.stop();
});

test('what somebody else wrote meanwhile is', async () => {
  const { cluster, looks, tell } = await bed();
  await cluster.write(version('1'), async () => {
    tell(version('2'));
    assert.equal(looks, [], 'it is being looked at');
    return { superseded: true };
  });
  assert.equal(looks, [key]);
  cluster.stop();
});

test.run();
