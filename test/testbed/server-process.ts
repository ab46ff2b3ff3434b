/** One server of the test bed: a kept child with a scratch folder and its log in there, that tests can kill, freeze and start again. */

import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kept } from './keep.ts';
import { keep } from './keep.ts';

export interface ServerProcess {
  readonly name: string;
  readonly scratch: string;
  hasEnded(): boolean;
  /** The last lines that the server wrote. */
  log(): string;
  /** SIGKILL, as a crash. Resolves when it is gone; its folder stays. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** Kills it where it still runs, and starts it with the same arguments in the same folder. It is not ready yet then. */
  restart(): Promise<void>;
  /** The pid of the server itself. */
  pid(): Promise<number>;
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly name: string;
  readonly executable: string;
  readonly args: readonly string[];
  /** From `scratchFolder`. */
  readonly scratch: string;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A folder for one server; it goes when the server is stopped or the test ends. */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `ameide-${name}-`));
}

/** Each thread heeds the signal when it runs next, and on a busy machine answers until then. */
async function untilFrozen(pid: number): Promise<void> {
  const isStopped = (thread: string) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
    } catch {
      // It ended meanwhile.
      return true;
    }
  };
  const isFrozen = () => readdirSync(`/proc/${pid}/task`).every(isStopped);
  for (const end = Date.now() + 10_000; !isFrozen(); await delay(5)) {
    if (Date.now() > end) throw new Error(`process ${pid} is not frozen within 10 s`);
  }
}

export function startServer(command: ServerCommand): ServerProcess {
  const { name, scratch } = command;
  let running = run(command);
  /** Holds the folder while the server is dead, so that it goes with the test all the same. */
  let caretaker: Kept | undefined;
  const signal = async (name: NodeJS.Signals) => {
    process.kill(await readPid(running), name);
  };
  const kill = async () => {
    if (running.over) return;
    caretaker = keep('sleep', ['2147483647'], { scratch, background: true });
    await signal('SIGKILL');
    await untilGone(running);
  };
  return {
    name,
    scratch,
    hasEnded: () => running.over,
    log: () => readFileSync(join(scratch, 'log'), 'utf8').trimEnd().split('\n').slice(-20).join('\n'),
    kill,
    pause: async () => {
      await signal('SIGSTOP');
      await untilFrozen(await readPid(running));
    },
    resume: () => signal('SIGCONT'),
    restart: async () => {
      await kill();
      running = run(command);
      await dismiss(caretaker);
      caretaker = undefined;
    },
    pid: () => readPid(running),
    stop: async () => {
      await Promise.all([running.stop(), caretaker?.stop()]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

interface Running extends Kept {
  readonly name: string;
  readonly pidFile: string;
  over: boolean;
}

function run({ name, executable, args, scratch, env }: ServerCommand): Running {
  const output = openSync(join(scratch, 'log'), 'a');
  const pidFile = join(scratch, 'pid');
  rmSync(pidFile, { force: true });
  const kept = keep(executable, args, { scratch, pidFile, cwd: scratch, ...(env && { env }), output, background: true });
  closeSync(output);
  const running = { ...kept, name, pidFile, over: false };
  kept.ended.finally(() => {
    running.over = true;
  });
  return running;
}

/** The file is written by the keeper, a moment after the start. */
async function readPid(running: Running): Promise<number> {
  for (;;) {
    if (running.over) throw new Error(`${running.name} does not run`);
    const text = readIfThere(running.pidFile);
    if (text.endsWith('\n')) return Number(text);
    await delay(5);
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Ends it without its cleaning up. */
async function dismiss(caretaker: Kept | undefined): Promise<void> {
  if (!caretaker?.child.pid) return;
  process.kill(-caretaker.child.pid, 'SIGKILL');
  await untilGone(caretaker);
}

/** Background children do not keep the test alive; waiting for one's end must. */
async function untilGone({ child, ended }: Kept): Promise<void> {
  child.ref();
  await ended;
}

/** Asks until the answer is yes. Throws with the servers' logs when one of them ends first, or after `limitMs`. */
export async function untilReady(servers: readonly ServerProcess[], isReady: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const started = Date.now();
  while (!(await isReady())) {
    const ended = servers.find((server) => server.hasEnded());
    const late = Date.now() - started > limitMs;
    if (ended || late)
      throw new Error(`${ended ? `${ended.name} ended while it started` : `not ready after ${limitMs / 1000} s`}.\n${logs(servers)}`);
    await delay(50);
  }
}

function logs(servers: readonly ServerProcess[]): string {
  return servers.map((server) => `--- ${server.name}, last lines:\n${server.log()}`).join('\n');
}
