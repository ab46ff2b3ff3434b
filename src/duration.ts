/** Durations in Go's grammar, as Kubernetes writes them. Pure. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `1m30s`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) return;
  return [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit!]!, 0);
}

/** In whole seconds, as a person reads it: `90s` is `1m30s`, and from an hour on without seconds. */
export function showDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts =
    hours > 0 ? [`${hours}h`, minutes > 0 && `${minutes}m`] : [minutes > 0 && `${minutes}m`, (rest > 0 || minutes === 0) && `${rest}s`];
  return parts.filter(Boolean).join('');
}

/** How long ago, as kubectl shows it: in the largest unit. Of what is no time `-`. */
export function showAge(since: string, now: string): string {
  const seconds = Math.max(Math.floor((Date.parse(now) - Date.parse(since)) / 1000), 0);
  return Number.isNaN(seconds) ? '-' : showSeconds(seconds);
}

/** In the largest unit: `119s`, `4m`, `3h`, `9d`. */
export function showSeconds(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
