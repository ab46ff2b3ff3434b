/** What it takes to forget: all Processes and what was rendered for them are deleted at once. Each is drained first, which takes several looks. */
import { setTimeout as delay } from 'node:timers/promises';
import { left, removeAll } from './applied.ts';
import type { Bed } from './bed.ts';
import type { Member } from './fleet.ts';
import type { Subject } from './subject.ts';
import { forgetPeak, resident } from './usage.ts';

export interface Deletion {
  /** NaN, as `afterMb`: the sidecar ended meanwhile. */
  readonly peakMb: number;
  readonly afterMb: number;
  /** Infinity: not within the limit, or the sidecar ended meanwhile. */
  readonly ms: number;
  /** Of that, until the last object was asked to go. */
  readonly askingMs: number;
  readonly limitMs: number;
}

const limit = { atLeastMs: 60_000, eachMs: 300 };
/**
 * What the control plane, on the same processors, bears to be told at once. More are deleted as fast as Argo CD asks, by its defaults, and
 * the workers whose turn has not come poll on meanwhile.
 */
const mostAtOnce = 1500;
const pruneRate = 50;

export async function deletion(
  bed: Bed,
  subject: Subject,
  members: readonly Member[],
  stopWorkers: () => Promise<void>,
): Promise<Deletion> {
  forgetPeak(subject.pid);
  const limitMs = limit.atLeastMs + members.length * limit.eachMs;
  const isAtOnce = members.length <= mostAtOnce;
  if (isAtOnce) await stopWorkers();
  const started = performance.now();
  await removeAll(bed, members, isAtOnce ? Number.POSITIVE_INFINITY : pruneRate);
  const passedMs = () => performance.now() - started;
  const askingMs = passedMs();
  let count = await left(bed, bed.namespaces);
  const isOver = () => count === 0 || passedMs() >= limitMs || subject.hasEnded();
  for (; !isOver(); count = await left(bed, bed.namespaces)) await delay(500);
  const ms = count > 0 ? Number.POSITIVE_INFINITY : passedMs();
  if (!isAtOnce) await stopWorkers();
  const times = { ms, askingMs, limitMs };
  if (subject.hasEnded()) return { peakMb: Number.NaN, afterMb: Number.NaN, ...times, ms: Number.POSITIVE_INFINITY };
  await delay(settleMs);
  const { nowMb, peakMb } = resident(subject.pid);
  return { peakMb, afterMb: nowMb, ...times };
}

const settleMs = 2000;
