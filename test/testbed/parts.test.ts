import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPart } from './build-part.ts';
import { withLock } from './lock.ts';

const parts = suite<{ cache: string; previous: string | undefined }>('parts');

parts.before.each((context) => {
  context.previous = process.env.AMEIDE_PROCESS_CACHE;
  context.cache = mkdtempSync(join(tmpdir(), 'ameide-cache-'));
  process.env.AMEIDE_PROCESS_CACHE = context.cache;
});
parts.after.each(({ cache, previous }) => {
  if (previous === undefined) delete process.env.AMEIDE_PROCESS_CACHE;
  else process.env.AMEIDE_PROCESS_CACHE = previous;
  rmSync(cache, { recursive: true, force: true });
});

const broken = { name: 'broken', version: 'local', go: '1.24.0', package: '.', cold: 'a second' };

parts('a part is built once, and again when its sources change', async ({ cache }) => {
  const module = mkdtempSync(join(tmpdir(), 'ameide-module-'));
  try {
    writeFileSync(join(module, 'go.mod'), 'module example.org/hello\n\ngo 1.24\n');
    writeFileSync(join(module, 'main.go'), 'package main\n\nfunc main() { println("one") }\n');
    const recipe = { ...broken, name: 'hello', module };
    const both = await Promise.all([buildPart(recipe), buildPart(recipe)]);
    assert.is(both[0], both[1]);
    assert.ok(both[0].startsWith(cache));
    writeFileSync(join(module, 'main.go'), 'package main\n\nfunc main() { println("two") }\n');
    assert.is.not(await buildPart(recipe), both[0]);
    assert.is(readdirSync(cache).length, 2, 'nothing but the two builds');
  } finally {
    rmSync(module, { recursive: true });
  }
});

parts('a build that fails says how to see it again, and leaves nothing behind', async ({ cache }) => {
  const module = mkdtempSync(join(tmpdir(), 'ameide-module-'));
  try {
    writeFileSync(join(module, 'go.mod'), 'module example.org/broken\n\ngo 1.24\n');
    writeFileSync(join(module, 'main.go'), 'package main\n\nfunc main() { nothing() }\n');
    const error = await failure(() => buildPart({ ...broken, module }));
    assert.match(error, 'undefined: nothing');
    assert.match(error, `cd ${module} && CGO_ENABLED=0 GOWORK=off go build`);
    assert.equal(readdirSync(cache), []);
  } finally {
    rmSync(module, { recursive: true });
  }
});

parts('without Go the error says how to get it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const error = await failure(() => buildPart(broken));
    assert.match(error, 'there is no "go" on PATH');
    assert.match(error, 'curl -sSL https://go.dev/dl/go1.24.0');
  } finally {
    process.env.PATH = path;
  }
});

parts('the lock of a process that is gone is broken', async ({ cache }) => {
  const gone = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => gone.on('exit', resolve));
  writeFileSync(join(cache, 'a.lock'), String(gone.pid));
  assert.is(await withLock(join(cache, 'a.lock'), 'a', async () => 'done'), 'done');
  assert.equal(readdirSync(cache), []);
});

parts('a lock that is held is waited for', async ({ cache }) => {
  const file = join(cache, 'a.lock');
  let order = '';
  const first = withLock(file, 'a', async () => {
    await delay(300);
    order += 'first ';
  });
  const second = withLock(file, 'a', async () => {
    order += 'second';
  });
  await Promise.all([first, second]);
  assert.is(order, 'first second');
});

async function failure(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it should have failed');
}

parts.run();
