import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startControlPlane } from './control-plane.ts';
import { isFree } from './free-ports.ts';
import { running } from './running.ts';

const leftovers = suite('leftovers');

leftovers('nothing is left after stop()', async () => {
  const plane = await startControlPlane();
  const [port, folders] = [Number(new URL(plane.url).port), plane.servers.map(({ scratch }) => scratch)];
  assert.not(await isFree(port), 'it listens');
  assert.equal(folders.map(existsSync), [true, true]);
  await plane.stop();
  await plane.stop();
  assert.equal(running(folders), []);
  assert.equal(folders.map(existsSync), [false, false]);
  assert.ok(await isFree(port));
});

leftovers('nothing is left when the test process is killed', () => leavesNothing(''));

leftovers('nothing is left when it is killed while one server is dead and another frozen', () =>
  leavesNothing(`await plane.kill('kube-apiserver'); await plane.pause('etcd');`),
);

async function leavesNothing(faults: string): Promise<void> {
  const folders = await startElsewhereAndKill(faults);
  assert.is(folders.length, 2);
  const started = Date.now();
  while (Date.now() - started < 10_000 && (folders.some(existsSync) || running(folders).length > 0)) await delay(50);
  assert.equal(running(folders), []);
  assert.equal(folders.map(existsSync), [false, false]);
}

/** Starts a control plane in a process of its own, kills that as nothing can be caught, and says which folders it had. */
async function startElsewhereAndKill(faults: string): Promise<string[]> {
  const module = fileURLToPath(new URL(`./control-plane${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const script = `const { startControlPlane } = await import(${JSON.stringify(module)});
    const plane = await startControlPlane();
    ${faults}
    console.log(JSON.stringify(plane.servers.map(({ scratch }) => scratch)));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const line of createInterface({ input: owner.stdout })) {
      const folders = JSON.parse(line) as string[];
      assert.ok(running(folders).length >= 2, 'they run while the owner does');
      return folders;
    }
    throw new Error('it ended before it had started');
  } finally {
    owner.kill('SIGKILL');
  }
}

leftovers.run();
