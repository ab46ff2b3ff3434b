/** Who comes before whom among those that wait to be asked about in one Temporal namespace. Pure. */
import type { Urgency } from '../sidecar/urgency.ts';

/**
 * A drain has something to do, and for a Process without workers, or that goes, nobody waits: a thousand that were deleted with their workers
 * would else wait for each other. Of those that wait equally long for a verdict the ones of which nothing is known come first.
 */
const order = ['unknown roll-out', 'roll-out', 'drain', 'settling', 'unknown rest', 'rest', 'seldom'] as const;

export type Rank = (typeof order)[number];

/** So many there are. */
export const ranks = order.length;

/** 0 comes first. */
export function placeOf(rank: Rank): number {
  return order.indexOf(rank);
}

export function rankOf(urgency: Urgency, isAnswered: boolean): Rank {
  if (urgency === 'Settling') return 'settling';
  const rank = urgency === 'RollOut' ? 'roll-out' : 'rest';
  return isAnswered ? rank : `unknown ${rank}`;
}
