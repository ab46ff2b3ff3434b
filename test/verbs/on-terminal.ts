/** A command on a terminal: what a person sees there, and what is typed. */
import { spawn } from 'node:child_process';
import process from 'node:process';

export interface TerminalRun {
  /** All that was written to it so far, with what moves the cursor. */
  screen(): string;
  type(keys: string): void;
  /** The exit code of the command. */
  readonly ended: Promise<number | null>;
}

/** `command` is a shell's. */
export function onTerminal(command: string, { columns = 80, rows = 24 } = {}): TerminalRun {
  // util-linux's: it gives the command a terminal, and takes what is typed from stdin.
  const child = spawn('script', ['-qefc', `stty cols ${columns} rows ${rows}; exec ${command}`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm' },
  });
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk));
  return {
    screen: () => screen,
    type: (keys) => child.stdin.write(keys),
    ended: new Promise((resolve, reject) => child.on('error', reject).on('close', resolve)),
  };
}
