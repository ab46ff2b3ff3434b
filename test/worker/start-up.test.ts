/** The example worker before it runs: what its probes say, and how it ends. */

import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freePorts } from '../testbed/free-ports.ts';
import { type Kept, keep } from '../testbed/keep.ts';
import { exampleWorker } from '../testbed/node/images.ts';
import { scratchFolder } from '../testbed/server-process.ts';
import { until } from '../testbed/until.ts';

const test = suite<{ worker?: Kept; server?: Server; scratch: string }>('start of the example worker');

test.before.each((context) => {
  context.scratch = scratchFolder('worker');
});
test.after.each(async ({ worker, server, scratch }) => {
  await worker?.stop();
  server?.close();
  rmSync(scratch, { recursive: true, force: true });
});

function startWorker(scratch: string, address: string, port: number): Kept {
  const [command = '', ...args] = exampleWorker.entrypoint;
  const env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'sales-process',
    TASK_QUEUE: 'l2o-tq',
    PROCESS_DEFINITION_PATH: '/etc/process-definition/definition.json',
    PROCESS_DEFINITION_CHECKSUM: 'sha256:00',
    PORT_HTTP: String(port),
  };
  return keep(command, args, { env, pidFile: join(scratch, 'pid') });
}

async function ask(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return `${answer.status} ${await answer.text()}`;
}

test('while it connects it lives, is not ready, and leaves when it is told to', async (context) => {
  const [silent = 0, port = 0] = await freePorts(2);
  // Accepts connections and never answers.
  context.server = createServer(() => {}).listen(silent, '127.0.0.1');
  context.worker = startWorker(context.scratch, `127.0.0.1:${silent}`, port);
  await until({ what: 'the probes', look: () => ask(port, '/livez'), isSo: (answer) => answer === '200 CONNECTING\n' });
  assert.is(await ask(port, '/readyz'), '503 CONNECTING\n');
  const told = Date.now();
  process.kill(Number(readFileSync(join(context.scratch, 'pid'), 'utf8')), 'SIGTERM');
  assert.is(await context.worker.ended, 0);
  assert.ok(Date.now() - told < 5_000);
});

test('it crashes where nobody listens', async (context) => {
  const [nobody = 0, port = 0] = await freePorts(2);
  context.worker = startWorker(context.scratch, `127.0.0.1:${nobody}`, port);
  assert.is(await context.worker.ended, 1);
});

test.run();
