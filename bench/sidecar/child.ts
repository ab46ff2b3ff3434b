/** A program of the benchmark in a process of its own, that ends with it. */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keep } from '../../test/testbed/keep.ts';

export interface Child {
  stop(): Promise<void>;
}

/** Resolves once it says that it is ready; anything else that it says goes to stderr. Throws when it ends before. */
export async function startChild(program: string, args: readonly string[], ready: string): Promise<Child> {
  const file = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  const { child, ended, stop } = keep(process.execPath, [file, ...args], { output: 'pipe', background: true });
  createInterface({ input: child.stderr! }).on('line', (line) => {
    // What its keeper's shell says about how it ended.
    if (line !== 'Killed' && line !== 'Terminated') process.stderr.write(`${program}: ${line}\n`);
  });
  const isReady = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === ready) resolve();
      else process.stderr.write(`${program}: ${line}\n`);
    });
  });
  const early = ended.then((code) => {
    throw new Error(`${program} ended with code ${code} before it said "${ready}"`);
  });
  early.catch(() => {});
  await Promise.race([isReady, early]);
  return { stop };
}
