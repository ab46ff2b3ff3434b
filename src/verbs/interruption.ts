/** Ctrl-C and SIGTERM, for what goes on until somebody ends it. */
import process from 'node:process';

/** Both signals end it at once; a second one finds the default action again. */
export function untilInterrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}
