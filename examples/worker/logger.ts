/** One JSON object a line, on stdout, as log collectors read it. */
import process from 'node:process';
import type { Logger, LogLevel } from '@temporalio/worker';
import { DefaultLogger } from '@temporalio/worker';

export function createLogger(level: string): Logger {
  return new DefaultLogger(level.toUpperCase() as LogLevel, ({ level, timestampNanos, message, meta }) => {
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    process.stdout.write(`${JSON.stringify({ time, level, message, ...meta })}\n`);
  });
}
