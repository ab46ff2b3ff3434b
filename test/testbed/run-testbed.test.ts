import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { demand } from './api.ts';
import { running } from './running.ts';
import { until } from './until.ts';

/** All that the command starts has its folder in `dir`. */
interface Context {
  dir: string;
  commands: Command[];
}

interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output(): string;
}

const test = suite<Context>('npm run testbed');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-run-testbed-'));
  context.commands = [];
});
test.after.each(async ({ dir, commands }) => {
  for (const { child } of commands) child.kill('SIGKILL');
  await untilNothingRuns(dir);
  rmSync(dir, { recursive: true, force: true });
});

function start({ dir, commands }: Context, args: readonly string[] = []): Command {
  const script = fileURLToPath(new URL(`./run-testbed${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, TMPDIR: dir }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const command = { child, ended, output: () => output };
  commands.push(command);
  return command;
}

const untilPrinted = ({ output }: Command, text: string) =>
  until({ what: `"${text}" on stdout`, look: output, isSo: (seen) => seen.includes(text), limitMs: 60_000 });

const untilNothingRuns = (dir: string) =>
  until({ what: 'the end of everything', look: () => [...running([dir]), ...readdirSync(dir)], isSo: ({ length }) => length === 0 });

test('brings everything up, says how to use it, and on Ctrl-C ends it before it ends itself', async (context) => {
  const command = start(context, ['--namespace', 'sales', '--kwok-nodes', '2']);
  await untilPrinted(command, 'Ctrl-C ends it');
  const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(command.output()) ?? [];
  const [, address = ''] = /export TEMPORAL_ADDRESS=(\S+)/.exec(command.output()) ?? [];
  assert.is((await nodesOf(kubeconfig)).length, 3, command.output());
  const connection = Connection.lazy({ address, interceptors: [] });
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'sales' });
  assert.is(namespaceInfo?.name, 'sales');
  await connection.close();
  command.child.kill('SIGINT');
  assert.is(await command.ended, 0, command.output());
  assert.equal(readdirSync(context.dir), []);
  assert.equal(running([context.dir]), []);
});

async function nodesOf(kubeconfig: string): Promise<readonly unknown[]> {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const { server: url, 'certificate-authority': caFile } = clusters[0].cluster;
  const { items } = (await demand({ url, caFile, token: users[0].user.token }, 'GET', '/api/v1/nodes')) as { items: unknown[] };
  return items;
}

test('leaves nothing when it is killed', async (context) => {
  const command = start(context);
  await untilPrinted(command, 'Ctrl-C ends it');
  assert.ok(running([context.dir]).length >= 6, running([context.dir]).join('\n'));
  command.child.kill('SIGKILL');
  await untilNothingRuns(context.dir);
});

test('leaves nothing when it is told to end while it starts', async (context) => {
  const command = start(context);
  await until({ what: 'the API server', look: () => running([context.dir]), isSo: (seen) => seen.join().includes('kube-apiserver') });
  command.child.kill('SIGTERM');
  await command.ended;
  await untilNothingRuns(context.dir);
});

test('when a server crashes it says which, what the server wrote, and ends', async (context) => {
  const command = start(context);
  await untilPrinted(command, 'Ctrl-C ends it');
  const [scheduler = ''] = readdirSync(context.dir).filter((name) => name.startsWith('ameide-kube-scheduler'));
  process.kill(Number(readFileSync(join(context.dir, scheduler, 'pid'), 'utf8')), 'SIGKILL');
  assert.is(await command.ended, 1);
  assert.match(command.output(), 'kube-scheduler has ended by itself');
  assert.match(command.output(), 'Starting Kubernetes Scheduler');
  assert.equal(readdirSync(context.dir), []);
});

test('what it does not know is refused, with the usage', async (context) => {
  const command = start(context, ['--kwok-nodes', 'many']);
  assert.is(await command.ended, 2);
  assert.match(command.output(), 'needs a number up to 999, got "many"');
  assert.match(command.output(), 'usage: npm run testbed');
});

test('the demonstration shows a Process become Ready, a lost worker, a new definition, a canary, a broken promise and a drain, and leaves nothing', async (context) => {
  const command = start(context, ['demo']);
  assert.is(await command.ended, 0, command.output());
  const output = command.output();
  for (const shown of [
    '2 → 3',
    'Ready=True AllReady',
    'workflow lead-4711 completed with version 3',
    'workflow lead-4712 completed with version 3',
    'workflow lead-4713 completed with version 4',
    'Ready=False',
    'CanaryReady=False',
    'workflow lead-4715 completed with version 5',
    'stable has version 5; version 4 is retained',
    'workflow lead-4714 completed with version 4',
    'Event Warning SlaBreached: workflow "lead-4710"',
    'Draining=True',
    'workflow lead-4710 completed with version 3',
    'Drained=True',
    'Process l2o is gone',
    'Ending …',
  ]) {
    assert.ok(output.includes(shown), `${shown}\n${output}`);
  }
  const often = output.split('Ready=True AllReady').length - 1;
  assert.ok(often >= 4, `${often} times: at first, after the loss, with the new definition, after the promotion\n${output}`);
  await untilNothingRuns(context.dir);
});

test.run();
