/** What it takes to forget: all Processes and what was rendered for them are deleted at once. Each is drained first, which takes several looks. */
import { setTimeout as delay } from 'node:timers/promises';
import { left, removeAll } from './applied.ts';
import type { Bed } from './bed.ts';
import type { Member } from './fleet.ts';
import type { Subject } from './subject.ts';
import { forgetPeak, resident } from './usage.ts';

export interface Deletion {
  readonly peakMb: number;
  readonly afterMb: number;
  /** Infinity: not within the limit. */
  readonly ms: number;
}

export const deletionLimitMs = 240_000;

export async function deletion(bed: Bed, subject: Subject, members: readonly Member[]): Promise<Deletion> {
  forgetPeak(subject.pid);
  const started = performance.now();
  await removeAll(bed, members);
  const passedMs = () => performance.now() - started;
  let count = await left(bed, bed.namespaces);
  for (; count > 0 && passedMs() < deletionLimitMs; count = await left(bed, bed.namespaces)) await delay(500);
  const ms = count > 0 ? Number.POSITIVE_INFINITY : passedMs();
  await delay(settleMs);
  const { nowMb, peakMb } = resident(subject.pid);
  return { peakMb, afterMb: nowMb, ms };
}

const settleMs = 2000;
