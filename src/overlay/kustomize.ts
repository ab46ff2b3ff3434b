/**
 * Runs kustomize: `kustomize`, or the one in kubectl. Functions are skipped, because what they make is not wanted here, and ours would
 * refuse what is not pinned yet: programs by leaving out `--enable-exec`, containers by a `docker` that gives back what it gets.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Problem, problem } from '../problem.ts';
import { withScratchFolder } from './scratch-folder.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Kustomize {
  /** The manifests of the kustomization in a folder, as text; or what kustomize says is wrong. */
  build(folder: string): Promise<{ text: string } | { error: string }>;
}

const mostBytes = 1 << 30;
const restrictor = ['--load-restrictor', 'LoadRestrictionsNone'];
/** Without it kustomize refuses a folder that has any function. */
const flags = ['--enable-alpha-plugins', ...restrictor];

/** The kustomize that is on `env.PATH`. */
export function findKustomize(env: Env): Kustomize | Problem {
  const kustomize = onPath('kustomize', env.PATH);
  const kubectl = kustomize === undefined ? onPath('kubectl', env.PATH) : undefined;
  if (kustomize !== undefined) return { build: (folder) => run(kustomize, ['build', ...flags, folder], env) };
  if (kubectl !== undefined) return { build: (folder) => run(kubectl, ['kustomize', ...flags, folder], env) };
  const message =
    'an overlay is built with kustomize, and neither `kustomize` nor `kubectl` is on PATH; get it: `go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.1`, and put $(go env GOPATH)/bin on PATH';
  return problem('ToolMissing', message);
}

function onPath(name: string, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function run(program: string, args: readonly string[], env: Env): Promise<{ text: string } | { error: string }> {
  return withScratchFolder(async (shim) => {
    writeFileSync(join(shim, 'docker'), '#!/bin/sh\nPATH=/usr/bin:/bin:$PATH exec cat\n', { mode: 0o755 });
    return execute(program, args, { ...env, PATH: `${shim}${delimiter}${env.PATH ?? ''}` });
  });
}

function execute(program: string, args: readonly string[], env: Env): Promise<{ text: string } | { error: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { maxBuffer: mostBytes, encoding: 'utf8', env }, (error, stdout, stderr) => {
      if (error) resolve({ error: stderr.trim() || error.message });
      else resolve({ text: stdout });
    });
  });
}
