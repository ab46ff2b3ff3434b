/** A child process that never outlives its owner, however the owner ends: SIGKILL of a test must leave nothing running. */

import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';

/**
 * The owner holds the write end of the keeper's stdin, and the kernel closes it when the owner is gone: so no signal has to be handled,
 * and none can be missed. Then the whole process group goes, the keeper itself last.
 */
const keeper = `
scratch=$1; pid_file=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
[ -z "$pid_file" ] || echo "$child" >"$pid_file"
stopping=
trap '' TERM HUP INT PIPE
trap 'stopping=1' USR1
( read -r _ <&3; kill -USR1 $$; kill -TERM 0; kill -KILL "$child" ) 2>/dev/null &
reader=$!
wait "$child"; code=$?
if [ -n "$stopping" ]; then
  wait "$child"
  [ -z "$scratch" ] || rm -rf "$scratch"
  kill -KILL 0
fi
{ kill -KILL "$reader"; wait "$reader"; } 2>/dev/null
exit "$code"
`;

export interface KeepOptions {
  /** A folder of the child's own, removed when the child is stopped or its owner ends; left in place when the child ends by itself. */
  readonly scratch?: string;
  /** Where the child's pid is written, for signals to it; `child` below is the keeper. */
  readonly pidFile?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where the child's stdout and stderr go: file descriptors, or `pipe` to read them from `child`. */
  readonly output?: number | 'pipe' | 'ignore';
  /** True: the owner does not stay alive for this child's sake. */
  readonly background?: boolean;
}

export interface Kept {
  readonly child: ChildProcess;
  /** The exit code, once it has ended for whatever reason; 127 when the command does not exist, above 128 when a signal ended it. */
  readonly ended: Promise<number>;
  /** Ends the child and what it started, and removes its scratch folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a command in a process group of its own. */
export function keep(command: string, args: readonly string[], options: KeepOptions = {}): Kept {
  const { scratch = '', pidFile = '', cwd, env, output = 'ignore', background = false } = options;
  const stdio: StdioOptions = ['pipe', output, output];
  const child = spawn('/bin/sh', ['-c', keeper, 'sh', scratch, pidFile, command, ...args], { cwd, env, stdio, detached: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 137));
  });
  ended.catch(() => {});
  child.stdin?.on('error', () => {});
  if (background) child.unref();
  const stop = async () => {
    child.ref();
    child.stdin?.end();
    await ended;
  };
  return { child, ended, stop };
}
