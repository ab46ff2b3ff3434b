/** What it takes to forget: all Processes and what was rendered for them are deleted at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { left, removeAll } from './applied.ts';
import type { Bed } from './bed.ts';
import type { Member } from './fleet.ts';
import type { Subject } from './subject.ts';
import { forgetPeak, resident } from './usage.ts';

export interface Deletion {
  readonly peakMb: number;
  readonly afterMb: number;
  readonly ms: number;
}

export async function deletion(bed: Bed, subject: Subject, members: readonly Member[]): Promise<Deletion> {
  forgetPeak(subject.pid);
  const started = performance.now();
  await removeAll(bed, members);
  while ((await left(bed, bed.namespaces)) > 0) await delay(500);
  const ms = performance.now() - started;
  await delay(settleMs);
  const { nowMb, peakMb } = resident(subject.pid);
  return { peakMb, afterMb: nowMb, ms };
}

const settleMs = 2000;
