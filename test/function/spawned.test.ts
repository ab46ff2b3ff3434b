/** The executable as kustomize and kpt start it: a process with three pipes, which may be closed, slow or full of anything. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../definition/with-server.ts';
import { namesOfCases } from '../golden.ts';
import { casesFolder, runCase } from '../render/run-case.ts';

const executable = join(root, 'dist/ameide-process');
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
const pinned = readFileSync(join(casesFolder, 'what-is-rendered-already-stays-as-it-is/input.yaml'));

const test = suite('the spawned function');

function run(input: string | Uint8Array, extra: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(executable, [], { input, cwd: root, env: { ...env, ...extra }, maxBuffer: 1 << 28 });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** A list of so many ConfigMaps of some 100 bytes, and no Process. */
function listOf(count: number): string {
  const item = (at: number) => `- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: c${at}\n  data:\n    text: ${'x'.repeat(40)}\n`;
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${Array.from({ length: count }, (_, at) => item(at)).join('')}`;
}

/** Those with settings of their own (a server, variables), or with a package that exists only on paper, run in this process only. */
function isSpawnable(name: string): boolean {
  const dir = join(casesFolder, name);
  return !existsSync(join(dir, 'case.json')) && !readFileSync(join(dir, 'input.yaml'), 'utf8').includes('package-path');
}

// A process for each takes its time.
const spawnable = namesOfCases(casesFolder)
  .filter(isSpawnable)
  .filter((_, at) => at % 3 === 0);

for (const name of spawnable) {
  test(`gives what the function gives: ${name}`, async () => {
    const dir = join(casesFolder, name);
    const input = readFileSync(join(dir, 'input.yaml'), 'utf8');
    const { output = '', stderr, exitCode } = await runCase(input, dir);
    const spawned = run(input);
    const neutral = (text: string) => text.replaceAll(root, '');
    assert.equal([spawned.status, neutral(spawned.stdout), neutral(spawned.stderr)], [exitCode, output, stderr]);
  });
}

test('frozen by the environment', () => {
  const dir = join(casesFolder, 'bad-no-pin-in-a-frozen-run');
  const { status, stderr } = run(readFileSync(join(dir, 'input.yaml')), { AMEIDE_PROCESS_FROZEN: '1' });
  assert.is(status, 1);
  assert.is(stderr, readFileSync(join(dir, 'stderr.txt'), 'utf8'));
});

for (const [what, input] of [
  ['nothing', ''],
  ['bytes that are no UTF-8', Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a])],
  ['UTF-16', Buffer.from('apiVersion: config.kubernetes.io/v1\n', 'utf16le')],
  ['zero bytes', Buffer.alloc(1000)],
  ['JSON that ends too early', '{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": ['],
] as const) {
  test(`${what} on stdin: status 1, nothing on stdout, a line for each finding`, () => {
    const { status, stdout, stderr } = run(input);
    assert.is(status, 1);
    assert.is(stdout, '');
    assert.match(stderr, /^(error (NotAResourceList|YamlInvalid): .+\n)+$/);
    assert.not.match(stderr, /\n\s+at /);
  });
}

test('a byte-order mark is no reason to fail, and none to be lost', () => {
  const { status, stdout } = run(`\ufeff${listOf(1)}`);
  assert.is(status, 0);
  assert.is(stdout, `\ufeff${listOf(1)}`);
});

test('a stdin that is closed from the start: an error, not a hang', () => {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', `exec ${executable} <&-`], { cwd: root, env, encoding: 'utf8', timeout: 20_000 });
  assert.ok(status === 1 || status === 2, `status ${status}`);
  assert.not.match(stderr, /\n\s+at /);
});

test('a reader that goes away: a status that is not 0, and no stack trace', () => {
  const input = listOf(20_000);
  const script = `{ ${executable}; echo "status $?" >&2; } | head -c 10 > /dev/null`;
  const { stderr } = spawnSync('/bin/sh', ['-c', script], { cwd: root, env, input, encoding: 'utf8', timeout: 60_000 });
  assert.is(stderr, 'ameide-process: the reader closed the output before all of it was written\nstatus 2\n');
});

test('a disk that is full: a status that is not 0', () => {
  const { status } = spawnSync('/bin/sh', ['-c', `exec ${executable} > /dev/full`], { cwd: root, env, input: pinned });
  assert.is.not(status, 0);
});

test('a slow reader gets all of several megabytes', async () => {
  const input = listOf(20_000);
  assert.ok(input.length > 2_000_000);
  const child = spawn(executable, [], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const received = await readSlowly(child);
  assert.is(received.length, Buffer.byteLength(input));
  assert.is(received.toString(), input);
  assert.is(child.exitCode, 0);
});

async function readSlowly(child: ChildProcess): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let pauses = 20;
  for await (const chunk of child.stdout!) {
    chunks.push(chunk as Buffer);
    if (pauses-- > 0) await delay(20);
  }
  await ended;
  return Buffer.concat(chunks);
}

test('stdin that does not block, as some parents set it up, is read to its end', async () => {
  const child = spawn(executable, [], { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const text = pinned.toString();
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (let at = 0; at < text.length; at += 1500) {
    child.stdin.write(text.slice(at, at + 1500));
    await delay(5);
  }
  child.stdin.end();
  await ended;
  assert.is(Buffer.concat(output).toString(), text);
});

test('no network and no environment are needed for a pinned list', () => {
  const path = env.PATH;
  const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];
  const { status, stdout, stderr } = spawnSync('env', ['-i', `PATH=${path}`, ...isolated, executable], { cwd: '/', input: pinned });
  assert.is(status, 0, stderr.toString());
  assert.ok(stdout.equals(pinned));
  assert.is(stderr.toString(), '');
  assert.ok(isolated.length > 0 || process.getuid?.() !== 0, 'as root there is always `unshare -rn`');
});

test.run();
