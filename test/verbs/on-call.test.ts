/** `list` and `describe` as a person on call uses them: real workers, a real Temporal with work in it, and what breaks. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { loadAll } from 'js-yaml';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startProcess } from '../../examples/worker/start-process.ts';
import type { Picture } from '../../src/show/picture.ts';
import { edit, faulty, type LiveBed, namespace, openLiveBed, processOf, render, temporalNamespace, theOne } from '../sidecar/live-bed.ts';
import type { KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { serviceAccountKubeconfig } from '../testbed/kubeconfig.ts';
import { root } from '../testbed/parts.ts';
import { until } from '../testbed/until.ts';
import { run } from '../verify/live-bed.ts';
import { onTerminal } from './on-terminal.ts';

interface Context {
  bed: LiveBed;
  connection: Connection;
  objects: ReadonlyMap<string, KubeObject[]>;
}

const test = suite<Context>('verbs/on-call');

test.before(async (context) => {
  context.bed = await openLiveBed();
  const { bed } = context;
  context.objects = render(bed, [processOf('orders'), processOf('broken', faulty('no such fault'))]);
  for (const objects of context.objects.values()) await apply(bed.plane, objects);
  context.connection = await Connection.connect({ address: bed.temporal.address });
  const client = new Client({ connection: context.connection, namespace: temporalNamespace });
  await bed.statuses.untilSays('orders', { Ready: /^True AllReady/, Reconciling: null, Guarded: /^True/ });
  const { checksum } = bed.statuses.of('orders').at(-1)!.definition!;
  await startProcess(client, { workflowId: 'order-1', taskQueue: 'orders-tq', checksum });
  for (const workflowId of ['broken-1', 'broken-2']) await startProcess(client, { workflowId, taskQueue: 'broken-tq', checksum });
  await bed.statuses.untilSays('broken', { Ready: /^False \w+: .*last ended with exit code 1/, Guarded: /^True/ });
});
test.after(async ({ bed, connection }) => {
  await connection?.close();
  await bed?.stop();
});

const ask = ({ plane }: LiveBed, ...args: string[]) => run([...args, '--kubeconfig', plane.kubeconfig]);

test('list: the one that is ill first, with why; the other is Ready', async ({ bed }) => {
  const { code, stdout, stderr } = await ask(bed, 'list', '-n', namespace);
  const lines = stdout.split('\n');
  assert.match(lines[0]!, /^NAME +READY +REASON +VERSION +WORKERS +AGE$/);
  assert.match(lines[1]!, /^broken +False +\w+ +3 +0\/1 +\d+[sm]$/);
  assert.match(lines[2]!, /^orders +True +AllReady +3 +1\/1 +\d+[sm]$/);
  assert.match(lines.slice(3).join('\n'), /^\n2 Processes: 1 is (not Ready|on its way) \(broken\)\n$/);
  assert.equal([code, stderr], [0, '']);
  const json = JSON.parse((await ask(bed, 'list', '-A', '-o', 'json')).stdout) as { processes: { name: string }[] };
  assert.equal(
    json.processes.map(({ name }) => name),
    ['broken', 'orders'],
  );
});

test('describe: of one that is well, who polls, what runs, what happened, and that there is nothing to do', async ({ bed }) => {
  const { code, stdout, stderr } = await ask(bed, 'describe', 'orders', '-n', namespace);
  assert.match(stdout, /^Process sales\/orders is Ready, for \d+[sm]\n/);
  assert.match(stdout, /^ {2}Pinned +version 3, sha256:\w{10}…\n {2}Mounted +version 3, /m);
  assert.match(stdout, /^ {2}Deployment orders-process: 1 of 1 pod ready$/m);
  assert.match(stdout, /^ {2}orders-process-\S+ +Running +yes +0 +\d+[sm] +\d+s ago +-$/m);
  assert.match(stdout, /^ {2}Workflows +polled by 1 of 1 pod; no backlog$/m);
  assert.match(stdout, /^ {2}Activities +polled by 1 of 1 pod; no backlog$/m);
  assert.match(stdout, /^ {2}Running +1 workflow$/m);
  assert.match(stdout, /^ {2}\d+[sm] ago +Normal +Process\/orders +AllReady +Ready: /m);
  assert.match(stdout, /\nWhat to do next\n {2}Nothing: all is well\.\n$/);
  assert.equal([code, stderr], [0, '']);
});

test('describe: of one that crashes, which pod and how, what waits for it, and the command to run', async ({ bed }) => {
  // A task that nobody took is counted a few seconds after it came.
  const { code, stdout } = await until({
    what: 'the backlog to be told',
    look: () => ask(bed, 'describe', 'sales/broken'),
    isSo: (found) => /backlog [23] tasks/.test(found.stdout),
    limitMs: 30_000,
  });
  assert.match(stdout, /^Process sales\/broken (is not Ready|is on its way): \w+/);
  assert.match(stdout, /^ {2}broken-process-\S+ +Running +no +\d+ +\d+[sm] +no +.*last exit 1/m);
  assert.match(stdout, /^ {2}Workflows +polled by 0 of 1 pod; backlog [23] tasks, the oldest since \d+[sm]$/m);
  assert.match(stdout, /^ {2}Running +2 workflows$/m);
  assert.match(stdout, /^ {5}\$ kubectl \w.* -n sales/m);
  assert.is(code, 0);
  const picture = JSON.parse((await ask(bed, 'describe', 'sales/broken', '-o', 'json')).stdout) as Picture;
  // Temporal counts about: one more was seen on a busy machine.
  const { tasks } = picture.temporal.workflow!.backlog as { tasks: number };
  assert.ok(tasks === 2 || tasks === 3, `${tasks} tasks`);
  const { stdout: elsewhere } = await ask(bed, 'describe', 'sales/broken', '--temporal-address', '127.0.0.1:1');
  assert.match(elsewhere, /^Temporal 127\.0\.0\.1:1, .*\n {2}no answer to this machine: .*ECONNREFUSED/m);
  assert.match(elsewhere, /^ {2}broken-process-/m);
});

test('the cluster’s own role `view` is enough, with what deploy/crd adds to it', async ({ bed }) => {
  const { plane } = bed;
  const [clusterRole] = loadAll(readFileSync(join(root, 'deploy/crd/view.yaml'), 'utf8')) as KubeObject[];
  await apply(plane, [clusterRole!]);
  const [name, apiGroup] = ['on-call', 'rbac.authorization.k8s.io'];
  await apply(plane, [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ]);
  const viewer = await serviceAccountKubeconfig(plane, namespace, name);
  const list = () => run(['list', '-n', namespace, '--kubeconfig', viewer.kubeconfig]);
  await until({ what: 'the role to be put together', look: list, isSo: ({ code }) => code === 0 });
  const { code, stdout } = await run(['describe', 'orders', '-n', namespace, '--kubeconfig', viewer.kubeconfig]);
  assert.not.match(stdout, 'cannot be read');
  assert.match(stdout, /^ {2}Running +1 workflow$/m);
  assert.is(code, 0);
});

interface Live {
  readonly lines: () => readonly { readonly text: string; readonly at: number }[];
  readonly stderr: () => string;
  interrupt(): Promise<number | null>;
}

/** With `--watch`, into a pipe. */
function follow({ plane }: LiveBed, ...args: string[]): Live {
  const child = spawn(process.execPath, [join(root, 'dist/ameide-process'), ...args, '--watch', '--kubeconfig', plane.kubeconfig]);
  const lines: { text: string; at: number }[] = [];
  let [rest, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    lines.push(...parts.map((text) => ({ text, at: Date.now() })));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk));
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    lines: () => lines,
    stderr: () => stderr,
    interrupt: () => {
      child.kill('SIGINT');
      return closed;
    },
  };
}

async function line({ lines, stderr }: Live, expected: RegExp): Promise<number> {
  const look = () => lines().map(({ text }) => text);
  const isSo = (seen: readonly string[]) => seen.some((text) => expected.test(text));
  await until({ what: `a line ${expected} (${stderr()})`, look, isSo, limitMs: 60_000 });
  return lines().find(({ text }) => expected.test(text))!.at;
}

const scaled = (replicas: number) => ({ spec: { replicas } });

test('--watch tells a change within a second, goes on after the API server was restarted, and Ctrl-C ends it cleanly', async (context) => {
  const { bed, objects } = context;
  const list = follow(bed, 'list', '-n', namespace);
  const described = follow(bed, 'describe', 'orders', '-n', namespace);
  await line(list, /^orders +True +AllReady/);
  await line(described, /^\S+Z Ready=True AllReady: /);
  const deployment = theOne(objects.get('orders')!, 'Deployment');
  await edit(bed, deployment, scaled(0));
  const { at } = await bed.statuses.untilSays('orders', { Ready: /^False ScaledToZero/ });
  for (const seen of [await line(list, /^orders +False +ScaledToZero/), await line(described, /^\S+Z Ready=False ScaledToZero: /)])
    assert.ok(seen - at < 1_000, `${seen - at} ms after it was in the API server`);
  await bed.plane.restart('kube-apiserver');
  await edit(bed, deployment, scaled(1));
  await bed.statuses.untilSays('orders', { Ready: /^True AllReady/, Reconciling: null });
  const last = (live: Live) =>
    live
      .lines()
      .filter(({ text }) => /^orders |Ready=/.test(text))
      .at(-1)!.text;
  const isReady = ([a, b]: readonly string[]) => /True +AllReady/.test(a!) && /True AllReady|PollersLive/.test(b!);
  await until({ what: 'Ready again', look: () => [last(list), last(described)], isSo: isReady });
  assert.match(list.stderr(), /^the API server does not answer: /);
  assert.match(list.stderr(), /\nthe API server answers again\n$/);
  const told = list
    .lines()
    .map(({ text }) => text)
    .join('\n');
  assert.not.match(told, / is gone/);
  const started = Date.now();
  assert.equal(await Promise.all([list.interrupt(), described.interrupt()]), [0, 0]);
  assert.ok(Date.now() - started < 3_000);
});

test('on a terminal it draws in place, and leaves the terminal as it was, with what was seen last', async ({ bed }) => {
  const command = `${process.execPath} ${join(root, 'dist/ameide-process')} describe orders -n ${namespace} -w --kubeconfig ${bed.plane.kubeconfig}`;
  const terminal = onTerminal(command, { columns: 70, rows: 20 });
  const isDrawn = (seen: string) => seen.includes('more lines: make the terminal higher');
  await until({ what: 'the picture', look: terminal.screen, isSo: isDrawn, limitMs: 30_000 });
  terminal.type('\u0003');
  assert.is(await terminal.ended, 0, terminal.screen());
  const screen = terminal.screen();
  const [entered, left] = [screen.indexOf('\u001b[?1049h'), screen.indexOf('\u001b[?1049l')];
  assert.ok(entered >= 0 && left > entered, JSON.stringify(screen));
  const [drawn, after] = [screen.slice(entered, left), screen.slice(left)];
  assert.match(drawn, 'Process sales/orders');
  assert.match(drawn, '\u001b[?25h');
  assert.match(after, 'What to do next');
});

test.run();
