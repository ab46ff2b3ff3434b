/** `serve-definitions` as a process of its own, asked through the source that the renderer uses. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openSource } from '../../src/definition/open-source.ts';
import type { Definition } from '../../src/definition/source.ts';
import type { Problem } from '../../src/problem.ts';
import { isLoopback, parseFailure } from '../../src/verbs/serve-definitions.ts';
import { keep } from '../testbed/keep.ts';
import { root } from '../testbed/parts.ts';

const test = suite('verbs/serve-definitions');
const definitions = join(root, 'examples/definitions');
const cli = join(root, 'build/src/cli.js');
const wanted = { id: 'L2O_v3', tenantId: 't123', version: 2 };

interface Served {
  readonly address: string;
  output(): string;
  ask(token?: string): Promise<Definition | Problem>;
  /** Sends the signal; the exit status and how long it took. */
  end(signal: 'INT' | 'TERM'): Promise<{ code: number; ms: number }>;
}

async function serving(args: readonly string[], test: (served: Served) => Promise<void>, env: Record<string, string> = {}): Promise<void> {
  // The shell tells its pid and becomes the server, so that a signal goes to the server and to nothing else.
  const command = ['-c', 'echo "pid $$" >&2; exec "$@"', 'sh', process.execPath, cli, 'serve-definitions', ...args];
  const { child, ended, stop } = keep('/bin/sh', command, { output: 'pipe', env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk));
  try {
    const started = await until(() => /^(grpc:\/\/\S+) serves/m.exec(text)?.[1], ended);
    const pid = Number(/^pid (\d+)$/m.exec(text)?.[1]);
    await test({
      address: started,
      output: () => text,
      ask: (token) => ask(started, token),
      end: async (signal) => {
        const at = performance.now();
        process.kill(pid, `SIG${signal}`);
        return { code: await ended, ms: performance.now() - at };
      },
    });
  } finally {
    await stop();
  }
}

async function until<T>(find: () => T | undefined, ended: Promise<number>): Promise<T> {
  let code: number | undefined;
  ended.then((exit) => {
    code = exit;
  });
  for (let waited = 0; waited < 15_000 && code === undefined; waited += 20) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(code === undefined ? 'waited 15 s in vain' : `ended with ${code}`);
}

async function ask(url: string, token?: string): Promise<Definition | Problem> {
  const readToken = token === undefined ? {} : { readToken: () => token };
  const source = await openSource({ url, baseDir: root, deadlineMs: 5000, attempts: 1, ...readToken });
  if ('reason' in source) return source;
  try {
    return await source.read(wanted);
  } finally {
    source.close();
  }
}

const outcome = (answer: Definition | Problem) => ('reason' in answer ? answer.reason : `version ${answer.version}`);
const patience = () => new Promise((resolve) => setTimeout(resolve, 50));

for (const signal of ['INT', 'TERM'] as const) {
  test(`serves what it shows, logs each request in a line, and SIG${signal} ends it at once`, () =>
    serving([definitions], async ({ output, ask, end }) => {
      assert.is(outcome(await ask()), 'version 2');
      await until(() => /: version 2/.exec(output()) ?? undefined, new Promise(() => {}));
      const { code, ms } = await end(signal);
      await patience();
      assert.is(code, 0, output());
      assert.ok(ms < 2000, `it took ${ms} ms`);
      assert.match(output(), 'for development only');
      assert.match(output(), /^TENANT +ID +VERSIONS$/m);
      assert.match(output(), /^t123 +L2O_v3 +1, 2, 3$/m);
      assert.match(output(), /^tenant "t123" id "L2O_v3" version 2: version 2, \d+ bytes( \(request .*\))?$/m);
      assert.match(output(), `SIG${signal}: ended after 1 requests`);
    }));
}

test('fails so many times, then answers', () =>
  serving([definitions, '--fail', 'permission_denied:2'], async ({ ask, output }) => {
    assert.is(outcome(await ask()), 'SourceUnauthorized');
    assert.is(outcome(await ask()), 'SourceUnauthorized');
    assert.is(outcome(await ask()), 'version 2');
    assert.match(output(), 'on purpose: fails the first 2 calls with PERMISSION_DENIED');
    assert.match(output(), /version 2: PERMISSION_DENIED/);
  }));

test('changes the bytes of the ids that are named, and of no other', async () => {
  const plain = spawnedChecksum([definitions]);
  const other = spawnedChecksum([definitions, '--mutate', 'another', '--mutate', 'one-more']);
  const mutated = spawnedChecksum([definitions, '--mutate', 'another', '--mutate', 'L2O_v3']);
  assert.is(await other, await plain);
  assert.is.not(await mutated, await plain);
});

async function spawnedChecksum(args: readonly string[]): Promise<string> {
  let checksum = '';
  await serving(args, async ({ ask }) => {
    const answer = await ask();
    checksum = 'checksum' in answer ? answer.checksum : answer.reason;
  });
  return checksum;
}

test('demands the token, and never shows it', () =>
  serving(
    [definitions, '--token-env', 'SERVED_TOKEN', '--slow', '1'],
    async ({ ask, output }) => {
      assert.is(outcome(await ask()), 'SourceUnauthorized');
      assert.is(outcome(await ask('wrong-7f3a')), 'SourceUnauthorized');
      assert.is(outcome(await ask('right-9c2e')), 'version 2');
      await patience();
      assert.match(output(), 'demands the bearer token in SERVED_TOKEN');
      assert.not.match(output(), /7f3a|9c2e/);
    },
    { SERVED_TOKEN: 'right-9c2e' },
  ));

test('what it cannot do is said in one line', () => {
  const empty = mkdtempSync(join(tmpdir(), 'ameide-serve-'));
  try {
    const cases: [args: string[], code: number, stderr: RegExp][] = [
      [[join(empty, 'nothing')], 1, /^error SourceInvalid: ENOENT/],
      [[definitions, '--host', '0.0.0.0'], 2, /^error SourceInvalid: the host "0\.0\.0\.0" can be reached from outside.*--allow-remote/],
      [[definitions, '--token-env', 'NOT_SET_AT_ALL'], 2, /^error SourceInvalid: --token-env NOT_SET_AT_ALL: the variable is not set/],
      [[definitions, '--fail', 'SOMETIMES'], 2, /^error: --fail SOMETIMES: name a gRPC status/],
      [[definitions, '--port', '70000'], 2, /^error: .*It must be a port/],
      [[definitions, '--slow', 'x'], 2, /^error: .*whole number/],
      [[], 2, /^error: missing required argument 'dir'/],
    ];
    for (const [args, code, expected] of cases) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'serve-definitions', ...args], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      assert.is(status, code, `${args}: ${stderr}`);
      assert.is(stdout, '');
      assert.match(stderr, expected);
      assert.not.match(stderr, '    at ');
    }
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
});

test('a port that is taken', () =>
  serving([definitions], async ({ address }) => {
    const port = address.split(':').at(-1)!;
    const { status, stderr } = spawnSync(process.execPath, [cli, 'serve-definitions', definitions, '--port', port], { encoding: 'utf8' });
    assert.is(status, 1);
    assert.match(stderr, `error SourceInvalid: cannot listen on 127.0.0.1:${port}`);
  }));

test('loopback hosts', () => {
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '127.evil.example', 'example.com', ''])
    assert.not.ok(isLoopback(host), host);
});

test('statuses by name and by number', () => {
  assert.equal(parseFailure('UNAVAILABLE'), { code: 14 });
  assert.equal(parseFailure('unavailable:3'), { code: 14, calls: 3 });
  assert.equal(parseFailure('14:1'), { code: 14, calls: 1 });
  for (const text of ['', 'OK', '0', '17', 'UNAVAILABLE:0', 'UNAVAILABLE:', ':3', 'toString', '__proto__'])
    assert.is(parseFailure(text), undefined, text);
});

test.run();
