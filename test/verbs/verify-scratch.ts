/** Scratch folders for `verify`: a Process with its definitions, base and overlays, a repository of their own, and the CLI as a person runs it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import * as assert from 'uvu/assert';
import { writeFiles } from '../real-tools.ts';
import { root } from '../testbed/parts.ts';
import { pinned, renderedStream } from '../verify/rendered-stream.ts';

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const isolated = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...isolated, ...env },
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

export function cli(dir: string, args: readonly string[], env?: Record<string, string>) {
  return run(process.execPath, [join(root, 'build/src/cli.js'), ...args], dir, env);
}

export function git(dir: string, ...args: string[]): void {
  const { code, stderr } = run('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], dir);
  assert.is(code, 0, stderr);
}

export function commit(dir: string): void {
  if (run('git', ['rev-parse'], dir).code !== 0) git(dir, 'init', '-q');
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', 'a commit');
}

export interface Options {
  readonly versions?: readonly number[];
  readonly temporal?: object;
}

/** The files of a Process that kustomize renders: its document, its definitions and the kustomization. The first version is the pin. */
export function unrendered({ versions = [3, 2], temporal = {} }: Options = {}): Record<string, string> {
  const [, current, retained] = renderedStream();
  const [pin, ...others] = versions.map(pinned);
  const spec = {
    image: 'ghcr.io/ameide/l2o-process:0.7.0',
    definitionRef: { id: 'L2O_v3', tenantId: 't123', pin, ...(others.length > 0 && { retained: others }) },
    temporal: { namespace: 'sales-process', taskQueue: 'l2o-tq', ...temporal },
  };
  return {
    'l2o.yaml': JSON.stringify({ apiVersion: 'ameide.io/v1', kind: 'Process', metadata: { name: 'l2o', namespace: 'sales' }, spec }),
    'definitions.yaml': `${JSON.stringify(current)}\n---\n${JSON.stringify(retained)}\n`,
    'kustomization.yaml': JSON.stringify({ resources: ['l2o.yaml', 'definitions.yaml'] }),
  };
}

/** What `verify` says of a folder that only a build renders. */
export function leftToBuild(folder: string): string {
  const command = `kustomize build --enable-alpha-plugins --enable-exec ${folder} | ameide-process verify --rendered -`;
  return `info NotRendered: ${folder}: has workers only once it is built, which is not verified here; verify it with \`${command}\`\n`;
}

export const overlay = (version: number) => ({
  'kustomization.yaml': JSON.stringify({ resources: ['../base', 'l2o.generated.yaml'], patches: [{ path: 'l2o.pin.yaml' }] }),
  'l2o.pin.yaml': JSON.stringify({
    apiVersion: 'ameide.io/v1',
    kind: 'Process',
    metadata: { name: 'l2o' },
    spec: { definitionRef: { pin: pinned(version) } },
  }),
  'l2o.generated.yaml': JSON.stringify(renderedStream()[version === 3 ? 1 : 2]),
});

export function writeOverlays(dir: string): void {
  const base = unrendered()['l2o.yaml']!.replace(/,"pin":\{.*?\},"retained":\[.*?\]/, '');
  writeFiles(join(dir, 'base'), { 'l2o.yaml': base, 'kustomization.yaml': JSON.stringify({ resources: ['l2o.yaml'] }) });
  writeFiles(join(dir, 'prod'), overlay(2));
  writeFiles(join(dir, 'staging'), overlay(3));
}
