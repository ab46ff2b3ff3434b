/** `primitive verify`, as the platform's pipelines run it: in the cluster, in Git, or both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { type ControlPlane, startControlPlane } from '../testbed/control-plane.ts';
import { installCrd } from '../testbed/discovery.ts';
import { root } from '../testbed/parts.ts';
import { applyHealthy, clear, patch, run } from '../verify/live-bed.ts';
import { condition } from '../verify/live-cluster.ts';
import { unrendered } from './verify-scratch.ts';

const test = suite<{ plane: ControlPlane; dir: string }>('verbs/primitive-verify');

test.before(async (context) => {
  context.plane = await startControlPlane();
  await installCrd(context.plane, join(root, 'deploy/crd/ameide.io_processes.yaml'));
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-primitive-'));
  writeFiles(context.dir, unrendered());
  await run(['render', context.dir]);
});
test.after(async ({ plane, dir }) => {
  rmSync(dir, { recursive: true, force: true });
  await plane?.stop();
});
test.before.each(async ({ plane }) => {
  await clear(plane, 'sales');
  await applyHealthy(plane);
});

const ofL2o = ['primitive', 'verify', '--kind', 'process', '--name', 'l2o'];
const cluster = ({ kubeconfig }: ControlPlane) => ['--kubeconfig', kubeconfig, '--namespace', 'sales'];
const health = (ready: boolean) => ({ kind: 'PRIMITIVE_KIND_PROCESS', name: 'l2o', ready });

interface Printed {
  readonly summary: string;
  readonly health: object;
  readonly checks: readonly { check: string; status: string; message: string; issues: readonly object[] }[];
  readonly next_steps: readonly string[];
}

async function json(...args: string[]): Promise<Printed & { code: number | null; stderr: string }> {
  const { code, stdout, stderr } = await run([...ofL2o, '--json', ...args]);
  return { ...(JSON.parse(stdout) as Printed), code, stderr };
}

const states = ({ checks }: Printed) => checks.map(({ check, status }) => `${check} ${status.replace('CHECK_STATUS_', '')}`);
const live = ['ProcessFound', 'Rendered', 'DefinitionMounted', 'WorkloadReady', 'ConditionsHealthy', 'DefinitionCurrent'];
const inGit = ['RepositoryValid', 'RepositoryPinned', 'RepositoryDefinition', 'RepositoryRendered', 'RepositoryGuard', 'RepositoryPackage'];
const pass = (checks: readonly string[]) => checks.map((check) => `${check} PASS`);

test('the cluster by default, in exactly the platform’s shape', async ({ plane }) => {
  const printed = await run([...ofL2o, '--json', ...cluster(plane)]);
  assert.is(printed.stderr, '');
  assert.is(printed.code, 0);
  const report = JSON.parse(printed.stdout);
  assert.equal(Object.keys(report), ['summary', 'health', 'checks', 'next_steps', 'cascade']);
  assert.is(report.summary, 'pass');
  assert.equal(report.health, health(true));
  assert.equal(states(report), pass(live));
  for (const check of report.checks) assert.equal(Object.keys(check), ['check', 'status', 'message', 'issues']);
  assert.equal([report.next_steps, report.cascade], [[], []]);
});

test('a failure exits 1, with issues and next steps', async ({ plane }) => {
  await patch(plane, 'Process', { status: { conditions: [condition('Ready', 'False', 'NoPollers', 'none polls')] } });
  const report = await json(...cluster(plane));
  assert.is(report.code, 1);
  assert.is(report.summary, 'fail');
  assert.equal(report.health, health(false));
  const conditions = report.checks.find(({ check }) => check === 'ConditionsHealthy')!;
  assert.is(conditions.status, 'CHECK_STATUS_FAIL');
  assert.match(conditions.message, /Ready is False: none polls/);
  for (const issue of report.checks.flatMap(({ issues }) => issues))
    assert.equal(Object.keys(issue), ['resource', 'field', 'expected', 'actual']);
  assert.ok(report.next_steps.some((step) => step.startsWith('NoPollers: Look at the workers’ logs')));
});

test('one that is not there, and a server that is not there, fail; nothing is left out', async ({ plane }) => {
  await clear(plane, 'sales');
  const absent = await json(...cluster(plane));
  assert.is(absent.code, 1);
  assert.equal(
    states(absent),
    live.map((check) => `${check} FAIL`),
  );
  assert.match(absent.checks[0]!.message, /^does not exist in namespace "sales"/);
  const nowhere = await json('--kubeconfig', '/nowhere/at-all');
  assert.equal([nowhere.code, nowhere.summary, states(nowhere)], [1, 'fail', ['Readable FAIL']]);
});

test('in Git, without a cluster', async ({ dir }) => {
  const report = await json('--mode', 'repo', '--repo-root', dir, '--kubeconfig', '/nowhere/at-all');
  assert.equal(states(report), pass(inGit));
  assert.equal([report.code, report.summary, report.health], [0, 'pass', health(false)]);
});

test('both', async ({ plane, dir }) => {
  const report = await json('--mode', 'all', '--repo-root', dir, ...cluster(plane));
  assert.equal(states(report), pass([...inGit, ...live]));
  assert.equal([report.code, report.health], [0, health(true)]);
  const { code, stdout } = await run([...ofL2o, '--mode', 'all', '--repo-root', dir, ...cluster(plane)]);
  assert.match(stdout, /^PROCESS +FILE +VALID +PINNED +DEFINITION +RENDERED +GUARD\n(?:.*\n)*\nPROCESS +FOUND +RENDERED +MOUNTED/);
  assert.is(code, 0);
});

test('one that is not in Git fails', async ({ dir }) => {
  const { code, stdout } = await run([
    'primitive',
    'verify',
    '--kind',
    'process',
    '--name',
    'other',
    '--json',
    '--mode',
    'repo',
    '--repo-root',
    dir,
  ]);
  assert.is(code, 1);
  const report = JSON.parse(stdout) as Printed;
  assert.equal(states(report), ['RepositoryFound FAIL', 'RepositoryPackage PASS']);
  assert.match(report.checks[0]!.message, /^is not in .*; name its folder with --repo-root$/);
});

test('for people, the tables of `verify --cluster`', async ({ plane }) => {
  const { code, stdout } = await run([...ofL2o, ...cluster(plane)]);
  const own = await run(['verify', '--cluster', 'l2o', ...cluster(plane)]);
  const ageless = (text: string) => text.replace(/\d+[smhd] /g, '0s ');
  assert.is(ageless(stdout), ageless(own.stdout));
  assert.is(code, 0);
});

test('other kinds, and no kind or name at all, are refused', async () => {
  for (const [args, expected] of [
    [
      ['--kind', 'domain', '--name', 'crm'],
      /^error: option '--kind <kind>' argument 'domain' is invalid\. This tool verifies the kind process/,
    ],
    [['--name', 'l2o'], /^error: required option '--kind <kind>'/],
    [['--kind', 'process'], /^error: required option '--name <name>'/],
    [['--kind', 'process', '--name', 'sales/l2o'], /^error: --name takes no namespace/],
    [['--kind', 'process', '--name', 'l2o', '--mode', 'mock'], /^error: option '--mode <mode>' argument 'mock' is invalid/],
  ] as const) {
    const { code, stdout, stderr } = await run(['primitive', 'verify', ...args]);
    assert.match(stderr, expected);
    assert.equal([code, stdout], [2, '']);
  }
});

test('its help has the platform’s shape and examples', async () => {
  const { code, stdout } = await run(['primitive', 'verify', '--help']);
  assert.is(code, 0);
  assert.match(stdout, /Examples:\n {2}ameide-process primitive verify --kind process --name l2o --namespace sales --json\n/);
});

test.run();
