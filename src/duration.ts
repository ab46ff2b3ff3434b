/** Durations in Go's grammar, as Kubernetes writes them. Pure. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `1m30s`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) return;
  return [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit!]!, 0);
}

/** In whole seconds, as a person reads it: `90s` is `1m30s`. */
export function showDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes === 0 ? `${rest}s` : `${minutes}m${rest > 0 ? `${rest}s` : ''}`;
}
