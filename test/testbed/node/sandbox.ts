/** Starts a process as a container has it: process 1, own host name, own view of the file system, a clean environment. The network is shared. */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kept, keep } from '../keep.ts';
import { mountCommands, quote, type View } from './mounts.ts';

export interface Command {
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly hostname: string;
  readonly view: Omit<View, 'scratch'>;
  /** A folder of this run's own. */
  readonly folder: string;
  readonly logFile: string;
  /** Goes when the test process ends. */
  readonly scratch: string;
}

export interface Sandboxed {
  /** 128 and more: a signal ended it. */
  readonly ended: Promise<number>;
  /** Once the process itself runs. False: it was not even started. */
  readonly started: Promise<boolean>;
  /** To the process itself. False: there is none any more. */
  signal(name: NodeJS.Signals): Promise<boolean>;
  /** Runs a command beside it, with its view; gives the exit code, or undefined when it took too long. */
  exec(argv: readonly string[], timeoutMs: number): Promise<number | undefined>;
}

const isRoot = process.getuid?.() === 0;
const namespaces = [...(isRoot ? [] : ['--user', '--map-root-user']), '--mount', '--uts'];
/** What container runtimes say when a container could not even be started. */
export const startErrorCode = 128;

/** Throws, with the way out, where the machine does not allow what a container needs. */
export async function checkNamespaces(): Promise<void> {
  const code = await keep('unshare', [...namespaces, '--pid', 'true']).ended;
  if (code === 0) return;
  throw new Error(
    `The stand-in kubelet needs Linux namespaces: "unshare ${namespaces.join(' ')} --pid true" ended with ${code}. ` +
      'Run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
  );
}

export function startSandboxed(command: Command): Sandboxed {
  const { folder, logFile, scratch } = command;
  mkdirSync(folder, { recursive: true });
  const [script, pidFile] = [join(folder, 'run.sh'), join(folder, 'pid')];
  writeFileSync(script, scriptOf(command, pidFile), { mode: 0o600 });
  const output = openSync(logFile, 'a');
  const kept = keep('unshare', [...namespaces, '/bin/sh', script], { scratch, cwd: '/', output, background: true });
  closeSync(output);
  const started = { ...kept, pidFile, isOver: false };
  kept.ended.then(() => {
    started.isOver = true;
  });
  return {
    ended: kept.ended,
    started: readPid(started).then((pid) => pid !== undefined),
    signal: async (name) => {
      const pid = await readPid(started);
      return pid !== undefined && send(pid, name);
    },
    exec: async (argv, timeoutMs) => {
      const pid = await readPid(started);
      return pid === undefined ? 137 : exec(pid, [...cleanEnvironment(command.variables), ...argv], timeoutMs);
    },
  };
}

/** SIGTERM, and SIGKILL when that was not enough. */
export async function stop(process: Sandboxed, graceSeconds: number): Promise<void> {
  if (graceSeconds > 0) {
    await process.signal('SIGTERM');
    await Promise.race([process.ended, delay(graceSeconds * 1000, undefined, { ref: false })]);
  }
  await process.signal('SIGKILL');
}

/**
 * A namespace of pids is for children, so a shell outside it starts process 1 and tells how that ended. (`unshare --fork` would be simpler;
 * that of util-linux 2.38 does not tell which signal ended its child.)
 */
const runAsFirst = '"$@" 3>&- & echo $! >&3; exec 3>&-; wait $!';

function scriptOf({ argv, variables, workingDir, hostname, view, folder }: Command, pidFile: string): string {
  return [
    // Open before mounts hide it; by a mount of its own, or / could not become read-only.
    `mount --bind ${quote(folder)} ${quote(folder)}`,
    `exec 3>${quote(pidFile)}`,
    `trap 'exit ${startErrorCode}' EXIT`,
    'set -e',
    `hostname ${quote(hostname)} 2>/dev/null || echo ${quote(hostname)} >/proc/sys/kernel/hostname`,
    ...mountCommands({ ...view, scratch: folder }),
    `cd ${quote(workingDir)}`,
    'trap - EXIT',
    `exec unshare --pid /bin/sh -c '${runAsFirst}' sh ${[...cleanEnvironment(variables), ...argv].map(quote).join(' ')}`,
    '',
  ].join('\n');
}

function cleanEnvironment(variables: Readonly<Record<string, string>>): string[] {
  return ['env', '-i', ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
}

/** The file is written a moment after the start. */
async function readPid(started: { readonly pidFile: string; readonly isOver: boolean }): Promise<number | undefined> {
  while (!started.isOver) {
    const text = readIfThere(started.pidFile);
    if (text.endsWith('\n')) return Number(text);
    await delay(5);
  }
  return undefined;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function exec(pid: number, argv: readonly string[], timeoutMs: number): Promise<number | undefined> {
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  const kept: Kept = keep('nsenter', ['--target', String(pid), ...user, '--mount', '--uts', '--pid', ...argv], { background: true });
  const late = delay(timeoutMs, undefined, { ref: false });
  const code = await Promise.race([kept.ended, late]);
  if (code === undefined) await kept.stop();
  return code;
}
