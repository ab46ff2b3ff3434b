/** Runs kustomize: `kustomize`, or the one in kubectl. Functions that are programs are skipped, because what they make is not wanted here. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Problem, problem } from '../problem.ts';

export interface Kustomize {
  /** The manifests of the kustomization in a folder, as text; or what kustomize says is wrong. */
  build(folder: string): Promise<{ text: string } | { error: string }>;
}

const mostBytes = 1 << 30;
const restrictor = ['--load-restrictor', 'LoadRestrictionsNone'];
/** Without `--enable-exec`: that is what skips functions. Without this one, kustomize refuses a folder that has any. */
const flags = ['--enable-alpha-plugins', ...restrictor];

/** The kustomize that is on `env.PATH`. */
export function findKustomize(env: Readonly<Record<string, string | undefined>>): Kustomize | Problem {
  const kustomize = onPath('kustomize', env.PATH);
  const kubectl = kustomize === undefined ? onPath('kubectl', env.PATH) : undefined;
  if (kustomize !== undefined) return { build: (folder) => run(kustomize, ['build', ...flags, folder]) };
  if (kubectl !== undefined) return { build: (folder) => run(kubectl, ['kustomize', ...flags, folder]) };
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

function run(program: string, args: readonly string[]): Promise<{ text: string } | { error: string }> {
  return new Promise((resolve) => {
    execFile(program, [...args], { maxBuffer: mostBytes, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) resolve({ error: stderr.trim() || error.message });
      else resolve({ text: stdout });
    });
  });
}
