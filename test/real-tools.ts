/** The real kustomize and kpt with the real function on their PATH, as a person has them in a shell. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { part, root } from './testbed/parts.ts';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Tools {
  /** A folder of its own, removed by `close`. */
  readonly scratch: string;
  /** The environment in which `run` runs; PATH begins with the tools. */
  readonly env: NodeJS.ProcessEnv;
  run(tool: 'kustomize' | 'kpt' | 'ameide-process' | 'sh', args: readonly string[], options?: RunOptions): Run;
  /** Puts a shell script on PATH, to stand where a function stands. */
  script(name: string, body: string): void;
  close(): void;
}

interface RunOptions {
  /** The scratch folder when it is absent. */
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
}

export const kustomizeFlags = ['--enable-alpha-plugins', '--enable-exec'] as const;
export const examplesFolder = join(root, 'examples');

export async function openTools(): Promise<Tools> {
  const executables = { kustomize: await part('kustomize'), kpt: await part('kpt'), 'ameide-process': join(root, 'dist/ameide-process') };
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-tools-'));
  const bin = join(scratch, '.bin');
  mkdirSync(bin);
  for (const [name, target] of Object.entries(executables)) symlinkSync(target, join(bin, name));
  const { AMEIDE_PROCESS_FROZEN: _, ...inherited } = process.env;
  const env = { ...inherited, PATH: [bin, join(root, 'node_modules/.bin'), inherited.PATH].join(':') };
  return {
    scratch,
    env,
    run: (tool, args, options = {}) => run(tool === 'sh' ? '/bin/sh' : join(bin, tool), args, { scratch, env }, options),
    script: (name, body) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(bin, name), 0o755);
    },
    close: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function run(command: string, args: readonly string[], { scratch, env }: Pick<Tools, 'scratch' | 'env'>, options: RunOptions): Run {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: options.cwd ?? scratch,
    env: { ...env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(options.input !== undefined && { input: options.input }),
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** Writes files by their path below `dir`. */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/** Every file below `dir` by its path, with its text. */
export function readTree(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(dir, join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(dir, path), 'utf8')]));
}

/** A copy of the examples, with the definitions that they name, for a test to change. */
export function copyExamples(dir: string): string {
  const target = join(dir, 'examples');
  rmSync(target, { recursive: true, force: true });
  cpSync(realpathSync(examplesFolder), target, { recursive: true });
  return target;
}

/** A Kptfile whose pipeline is these functions, in order. */
export function kptfile(mutators: readonly object[], validators: readonly object[] = []): string {
  return JSON.stringify({
    apiVersion: 'kpt.dev/v1',
    kind: 'Kptfile',
    metadata: { name: 'package' },
    pipeline: { mutators, validators },
  });
}

/** A function configuration as a file; `exec` is what kustomize runs. */
export function fnConfigFile(spec: object, exec = 'ameide-process'): string {
  return JSON.stringify({
    apiVersion: 'fn.ameide.io/v1',
    kind: 'ProcessRender',
    metadata: {
      name: 'process-render',
      annotations: {
        'config.kubernetes.io/local-config': 'true',
        'config.kubernetes.io/function': JSON.stringify({ exec: { path: exec } }),
      },
    },
    spec,
  });
}
