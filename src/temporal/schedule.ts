/** When a task queue is asked about next. Pure. */
import type { Urgency } from '../sidecar/urgency.ts';

export interface Asked {
  readonly urgency: Urgency;
  /** Since when it has this urgency. */
  readonly urgentSinceMs: number;
  readonly nowMs: number;
  /** When the last of the pollers that are fresh stops to be; undefined: none is. */
  readonly staleAtMs: number | undefined;
  /** Between 0 and 1. */
  readonly random: number;
}

const restMs = 60_000;
const settlingMs = 5_000;
const rollOutMs = 1_000;
/** A roll-out that takes longer is looked at less and less often. */
const urgentForMs = 120_000;

/** At rest once a minute, and when a poller's entry may have gone stale: who stopped polling is found then, not a minute later. */
export function nextAsk({ urgency, urgentSinceMs, nowMs, staleAtMs, random }: Asked): number {
  const since = nowMs - urgentSinceMs;
  if (urgency === 'RollOut') return nowMs + (since < urgentForMs ? rollOutMs : settlingMs) * (0.9 + random / 5);
  if (urgency === 'Settling') return nowMs + Math.min(settlingMs + since / 20, restMs) * (0.9 + random / 5);
  const usual = nowMs + restMs * (0.9 + random / 10);
  return staleAtMs === undefined || staleAtMs <= nowMs ? usual : Math.min(usual, staleAtMs + 500);
}

/** So that those that became Ready together are not asked about together for ever. */
export function firstRest(random: number): number {
  return restMs * (0.25 + random * 0.7);
}
