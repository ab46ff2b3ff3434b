/** What a running program uses, as Linux tells it: CPU seconds and resident memory. */
import { readFileSync, writeFileSync } from 'node:fs';

/** User and system time of all its threads since it was started. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; what follows it begins with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / clockTicks;
}

/** The kernel's unit of CPU time for programs, on every architecture that Node runs on. */
const clockTicks = 100;

export interface Resident {
  readonly nowMb: number;
  /** The highest since the start, or since `forgetPeak`. */
  readonly peakMb: number;
}

export function resident(pid: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
