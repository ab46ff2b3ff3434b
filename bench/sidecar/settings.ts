/** What `npm run bench -- sidecar` can be told. */
import { parseArgs } from 'node:util';

export interface Settings {
  /** Processes of each scale that is measured, one scale after the other. */
  readonly scales: readonly number[];
  /** How long the steady state is watched. */
  readonly windowSeconds: number;
  /** A folder for every sample and count. */
  readonly keep: string | undefined;
  /** Also CPU profiles of the sidecar, and heap snapshots on SIGUSR2; it is slower then, and larger. */
  readonly profile: boolean;
}

export const usage = 'usage: npm run bench -- sidecar [--processes N,N…] [--window SECONDS] [--keep FOLDER [--profile]]';

/** Undefined: they make no sense. */
export function parseSettings(args: readonly string[]): Settings | undefined {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { processes: text, window: text, keep: text, profile: { type: 'boolean' } } });
    const scales = (values.processes ?? '1000,5000').split(',').map(Number);
    const windowSeconds = Number(values.window ?? (Math.max(...scales) < 100 ? 15 : 60));
    const areCounts = [...scales, windowSeconds].every((value) => Number.isInteger(value) && value > 0);
    const { keep, profile = false } = values;
    return areCounts && (keep !== undefined || !profile) ? { scales, windowSeconds, keep, profile } : undefined;
  } catch {
    return;
  }
}
