import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../until.ts';
import { type Bed, close, createPod, open } from './shell-pods.ts';

const test = suite<Bed>('leftovers of a node');
test.before(open);
test.after(close);

/** A container and a child of it, deaf to polite signals; both are known by the mark. */
const stubborn = (mark: string) =>
  `trap '' TERM HUP INT; sh -c ': ${mark}; while :; do sleep 1; done' & echo up; while :; do sleep 1; done; : ${mark}`;

test('nothing runs after stop()', async (bed) => {
  const mark = randomUUID();
  const pod = await createPod(bed, { name: 'stubborn', script: stubborn(mark) });
  await until({ what: 'up', look: pod.logs, isSo: (text) => text === 'up\n' });
  assert.ok(running(mark).length >= 2);
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  await bed.node.stop();
  await until({ what: 'nothing to run', look: () => running(mark), isSo: ({ length }) => length === 0, limitMs: 5000 });
  assert.is(readFileSync('/proc/self/mounts', 'utf8'), mounts);
});

test('nothing runs and no folder stays when the test process is killed', async ({ plane }) => {
  const mark = randomUUID();
  const folder = await startElsewhereAndKill(plane, mark);
  await until({ what: 'nothing to run', look: () => running(mark), isSo: ({ length }) => length === 0 });
  await until({ what: 'the folder to go', look: () => existsSync(folder), isSo: (isThere) => !isThere });
});

/** Starts a node with a pod in a process of its own, kills that as nothing can be caught, and says which folder the node had. */
async function startElsewhereAndKill({ url, token, caFile }: Bed['plane'], mark: string): Promise<string> {
  const module = (name: string) => JSON.stringify(fileURLToPath(new URL(`./${name}.js`, import.meta.url)));
  const script = `const { startNode } = await import(${module('node')});
    const { createPod } = await import(${module('shell-pods')});
    const plane = ${JSON.stringify({ url, token, caFile })};
    const node = await startNode(plane, { name: 'elsewhere', images: new Map([['shell', { entrypoint: ['/bin/sh', '-ec'] }]]) });
    const pod = await createPod({ plane, node }, { name: 'elsewhere', script: ${JSON.stringify(stubborn(mark))} });
    await pod.until('it to run', ({ ready }) => ready);
    while (!pod.logs().includes('up')) await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(node.scratch);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    for await (const folder of createInterface({ input: owner.stdout })) {
      assert.ok(running(mark).length >= 2, 'they run while the owner does');
      assert.ok(existsSync(folder));
      return folder;
    }
    throw new Error('it ended before it had started');
  } finally {
    owner.kill('SIGKILL');
  }
}

/** The command lines that name the mark, but for this one's. */
function running(mark: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map(commandLine)
    .filter((line) => line.includes(mark) && !line.includes('--input-type=module'));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

test.run();
