/** Protobuf's times and durations as numbers; their seconds come as Longs. Pure. */

interface Protobuf {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

/** Milliseconds since 1970, whole ones; 0 for none. */
export function timeOf(time: Protobuf | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
}

/** 0 for none. */
export function secondsOf(duration: Protobuf | null | undefined): number {
  return Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
}
