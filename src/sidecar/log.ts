/** JSON log lines, one for each thing that happened, on stderr. Never values of Secrets: whoever logs names fields one by one. */
import { writeSync } from 'node:fs';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];
export const logLevels: readonly LogLevel[] = levels;

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export function openLog(lowest: LogLevel): Log {
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (levels.indexOf(level) < levels.indexOf(lowest)) return;
      const line = JSON.stringify({ ts: new Date().toISOString(), level, msg: message, ...fields });
      try {
        writeSync(2, `${line}\n`);
      } catch {
        // A full or closed pipe: what is to be done matters more than the line about it.
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
