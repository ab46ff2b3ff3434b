import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keep } from './keep.ts';

const test = suite<{ dir: string }>('keep');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-keep-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

/** A child that has a child of its own, deaf to polite signals, and tells both pids. */
const stubborn = (file: string) => `trap '' TERM INT HUP; sleep 60 & echo $$ $! >${file}.new; mv ${file}.new ${file}; wait; wait`;

test('hands on exit code and output, and leaves the folder of a child that ended by itself', async ({ dir }) => {
  const scratch = mkdtempSync(join(dir, 'scratch-'));
  const { child, ended, stop } = keep('sh', ['-c', 'echo out; echo err >&2; exit 7'], { scratch, output: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  const closed = new Promise((resolve) => child.on('close', resolve));
  assert.is(await ended, 7);
  await closed;
  assert.is(output, 'out\nerr\n');
  assert.ok(existsSync(scratch));
  await stop();
});

test('a command that does not exist ends with 127', async () => {
  assert.is(await keep('/nowhere/nothing', []).ended, 127);
});

test('stop() ends a stubborn child and removes its folder', async ({ dir }) => {
  const scratch = mkdtempSync(join(dir, 'scratch-'));
  const { stop } = keep('sh', ['-c', stubborn(join(dir, 'pids'))], { scratch });
  const started = await pids(join(dir, 'pids'));
  assert.equal(started.map(isAlive), [true, true]);
  await stop();
  await until(() => !started.some(isAlive));
  assert.equal(started.map(isAlive), [false, false]);
  assert.not(existsSync(scratch));
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
  test(`the owner's end by ${signal} is the child's`, async ({ dir }) => {
    const scratch = mkdtempSync(join(dir, 'scratch-'));
    const module = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './keep.ts' : './keep.js', import.meta.url));
    const script = join(dir, 'owner.mjs');
    const args = JSON.stringify(['-c', stubborn(join(dir, 'pids'))]);
    writeFileSync(
      script,
      `import { keep } from ${JSON.stringify(module)};
       keep('sh', ${args}, { scratch: ${JSON.stringify(scratch)} });
       setInterval(() => {}, 1000);`,
    );
    const owner = spawn(process.execPath, [script], { stdio: 'inherit' });
    const started = await pids(join(dir, 'pids'));
    assert.equal(started.map(isAlive), [true, true]);
    owner.kill(signal);
    await until(() => !started.some(isAlive) && !existsSync(scratch));
    assert.equal(started.map(isAlive), [false, false]);
    assert.not(existsSync(scratch));
  });
}

async function pids(file: string): Promise<number[]> {
  await until(() => existsSync(file));
  return readFileSync(file, 'utf8').trim().split(' ').map(Number);
}

async function until(isSo: () => boolean): Promise<void> {
  const started = Date.now();
  while (!isSo() && Date.now() - started < 10_000) await delay(20);
}

/** A zombie is dead: who adopted it has not looked yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test.run();
