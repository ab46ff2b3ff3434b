import { spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { status } from '@grpc/grpc-js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asDefinition, asProblem, examples, opened, quick, root, wanted, withServer } from './with-server.ts';

const test = suite('definition/grpc-close');
const built = (name: string) => JSON.stringify(new URL(`../../src/definition/${name}.js`, import.meta.url).href);

/** Runs a module of its own; its exit must come from itself. */
function runChild(source: string): Promise<{ code: number | null; stdout: string; stderr: string; elapsed: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: root, timeout: 20_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, elapsed: performance.now() - start }));
  });
}

const asking = (url: string, then: string) => `
  import { openSource } from ${built('open-source')};
  const source = await openSource({ url: ${JSON.stringify(url)}, baseDir: '.', backoffMs: 10 });
  ${then}`;

test('after close the process ends by itself, and nothing was printed but its own', () =>
  withServer({}, {}, async ({ server }) => {
    const { code, stdout, stderr, elapsed } = await runChild(
      asking(server.address, `console.log((await source.read(${JSON.stringify(wanted)})).version); source.close();`),
    );
    assert.is(stderr, '');
    assert.is(stdout, '2\n');
    assert.is(code, 0);
    assert.ok(elapsed < 10_000, `${elapsed} ms`);
  }));

test('also after failures, and when it was never asked', async () => {
  await withServer({ faults: { failing: { code: status.UNAVAILABLE } } }, {}, async ({ server }) => {
    const { code, stdout } = await runChild(
      asking(server.address, `console.log((await source.read(${JSON.stringify(wanted)})).reason); source.close();`),
    );
    assert.is(stdout, 'SourceUnreachable\n');
    assert.is(code, 0);
  });
  assert.is((await runChild(asking('grpc://127.0.0.1:1', 'source.close();'))).code, 0);
});

test('a server ends with its process too', async () => {
  const { code, stdout, stderr } = await runChild(`
    import { startDevelopmentServer } from ${built('development-server')};
    const server = await startDevelopmentServer({ dir: ${JSON.stringify(examples)}, faults: { slowMs: 60000 } });
    const { openSource } = await import(${built('open-source')});
    const source = await openSource({ url: server.address, baseDir: '.', attempts: 1 });
    const asked = source.read(${JSON.stringify(wanted)});
    setTimeout(async () => { await server.close(); console.log((await asked).reason); source.close(); }, 300);`);
  assert.is(stderr, '');
  assert.is(stdout, 'SourceUnreachable\n');
  assert.is(code, 0);
});

test('close ends calls under way and pauses between attempts at once', async () => {
  for (const [faults, times] of [
    [{ slowMs: 60_000 }, { deadlineMs: 60_000 }],
    [{ failing: { code: status.UNAVAILABLE } }, { backoffMs: 60_000 }],
  ] as const) {
    await withServer({ faults }, times, async ({ source, server }) => {
      const start = performance.now();
      const waiting = Promise.all(Array.from({ length: 150 }, () => source.read(wanted)));
      await new Promise((resolve) => setTimeout(resolve, 200));
      source.close();
      for (const outcome of await waiting) assert.is(asProblem(outcome).reason, 'SourceUnreachable');
      assert.ok(performance.now() - start < 3_000);
      assert.is(server.requests(), 100);
    });
  }
});

test('one connection for all questions, opened by the first and ended by close', () =>
  withServer({}, {}, async ({ server }) => {
    const sockets = new Set<Socket>();
    let connections = 0;
    const relay = createServer((socket) => {
      connections++;
      sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
      const onward = connect(Number(server.address.split(':').at(-1)), '127.0.0.1').on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const source = await opened({ url: `grpc://127.0.0.1:${(relay.address() as AddressInfo).port}`, baseDir: root, ...quick });
    try {
      assert.is(connections, 0);
      for (const outcome of await Promise.all(Array.from({ length: 50 }, () => source.read(wanted)))) asDefinition(outcome);
      asDefinition(await source.read(wanted));
      assert.is(connections, 1);
      assert.is(sockets.size, 1);
    } finally {
      source.close();
    }
    for (let waited = 0; sockets.size > 0 && waited < 2_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
    const left = sockets.size;
    for (const socket of sockets) socket.destroy();
    relay.close();
    assert.is(left, 0);
  }));

test('a closed source says so; closing twice is no matter', () =>
  withServer({}, {}, async ({ source, server }) => {
    assert.is(asDefinition(await source.read(wanted)).version, 2);
    source.close();
    source.close();
    const { reason, message } = asProblem(await source.read(wanted));
    assert.is(reason, 'SourceUnreachable');
    assert.match(message, 'closed');
    assert.is(server.requests(), 1);
  }));

test('a server that comes back is found again by the same source', async () => {
  let address = '';
  await withServer({}, {}, async ({ server }) => {
    address = server.address;
  });
  const source = await opened({ url: address, baseDir: root, ...quick });
  assert.is(asProblem(await source.read(wanted)).reason, 'SourceUnreachable');
  await withServer({ port: Number(address.split(':').at(-1)) }, {}, async () => {
    // Its pause before reconnecting is at most backoffMs.
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.is(asDefinition(await source.read(wanted)).version, 2);
  });
  source.close();
});

test('a folder loads no gRPC; a server does', async () => {
  const count = `
    import { createRequire } from 'node:module';
    console.log(Object.keys(createRequire(${JSON.stringify(import.meta.url)}).cache).filter((path) => path.includes('grpc-js')).length > 0);`;
  const read = `await source.read(${JSON.stringify(wanted)}); source.close();`;
  assert.is((await runChild(asking(examples, read) + count)).stdout, 'false\n');
  assert.is((await runChild(asking('grpc://127.0.0.1:1', read) + count)).stdout, 'true\n');
});

test.run();
