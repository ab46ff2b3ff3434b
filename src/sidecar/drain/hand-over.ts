/** Whether other Processes on the queue can go on with every workflow that runs there, so that this one may leave. Pure. */
import { listed } from '../words.ts';
import type { DrainInput, SeenWork, Sharer } from './drain.ts';

export interface HandOver {
  /** Those that stay. */
  readonly successors: readonly Sharer[];
  /** One of them is ready and has every definition that workflows here may need. */
  readonly heir: Sharer | undefined;
  /** What is in the way; '' when nothing is. */
  readonly obstacle: string;
}

export function handOver({ pins, seen }: Pick<DrainInput, 'pins' | 'seen'>): HandOver {
  const successors = seen.sharers.filter(({ isLeaving }) => !isLeaving);
  // Without a pin nobody knows what workflows here need: no one is known to have it.
  const heir = pins.length === 0 ? undefined : readySuccessors(seen.sharers).find((one) => missing(pins, one).length === 0);
  return { successors, heir, obstacle: heir ? '' : successors.map((one) => obstacleOf(pins, one)).join('; ') };
}

/**
 * When it was seen that no workflow needs a definition that a ready successor lacks; undefined: it was not. By one question, because
 * counts that are asked for one after the other are of different moments, and prove nothing together.
 */
export function servedAt({ sharers }: DrainInput['seen'], { at, remaining, unserved }: SeenWork): string | undefined {
  if (remaining === 0) return at;
  const counts = readySuccessors(sharers).map(({ name }) => unserved?.[name]);
  return counts.find((seen) => seen?.count === 0)?.askedAt;
}

export function readySuccessors(sharers: readonly Sharer[]): Sharer[] {
  return sharers.filter(({ isLeaving, isReady }) => !isLeaving && isReady);
}

function missing(pins: readonly string[], { pins: theirs }: Sharer): string[] {
  return pins.filter((pin) => !theirs.includes(pin));
}

function obstacleOf(pins: readonly string[], sharer: Sharer): string {
  if (!sharer.isReady) return `${sharer.name} is not ready`;
  if (pins.length === 0)
    return `a pin of this Process is missing, so nobody knows whether ${sharer.name} has what workflows need: apply it with all of them, or wait until all that run have definitions of ${sharer.name}, or none runs`;
  return `${sharer.name} does not have ${listed(missing(pins, sharer).map((pin) => pin.slice(0, 17)))}: retain it there, or wait until no workflow needs it`;
}
