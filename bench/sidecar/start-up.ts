/** A sidecar that comes to Processes which are there already. */
import { setTimeout as delay } from 'node:timers/promises';
import { demand } from '../../test/testbed/api.ts';
import { userOf } from './accounts.ts';
import { isWrite } from './audit.ts';
import type { Bed } from './bed.ts';
import type { Member } from './fleet.ts';
import { inParallel } from './in-parallel.ts';
import { tally } from './steady.ts';
import type { Subject } from './subject.ts';
import { callsSince, temporalCalls } from './temporal-calls.ts';
import { resident } from './usage.ts';

export interface StartUp {
  readonly ms: number;
  /** To statuses; Events are in `requests`. */
  readonly statusWrites: number;
  /** To anything but the Lease. */
  readonly writes: number;
  readonly requests: ReadonlyMap<string, number>;
  readonly peakMb: number;
}

/** From its start to the last status that came to be Ready, when there were none. */
export async function startWithout(bed: Bed, members: readonly Member[], start: () => Promise<Subject>, limitMs: number): Promise<StartUp> {
  await inParallel(members, 32, ({ namespace, name }) =>
    demand(bed.plane, 'PATCH', `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}/status`, { status: null }),
  );
  await untilSo(() => bed.statuses.readyAmong(members) === 0, limitMs, 'no status');
  bed.audit.since();
  const subject = await start();
  await untilSo(() => bed.statuses.readyAmong(members) >= members.length, limitMs, 'all Ready');
  const last = Math.max(...members.map(({ key }) => bed.statuses.of(key)!.at));
  return { ms: last - subject.startedAt, ...(await written(bed, subject)) };
}

/** From its start to when it had asked Temporal about every queue, when all statuses were right; Infinity: not within the limit. */
export async function startWith(bed: Bed, members: readonly Member[], start: () => Promise<Subject>, limitMs: number): Promise<StartUp> {
  bed.audit.since();
  const before = await temporalCalls(bed.temporal.metricsUrl);
  const subject = await start();
  let asked = 0;
  for (const end = performance.now() + limitMs; asked < members.length && performance.now() < end; await delay(100)) {
    asked = callsSince(before, await temporalCalls(bed.temporal.metricsUrl)).get('DescribeTaskQueue') ?? 0;
  }
  const ms = asked < members.length ? Number.POSITIVE_INFINITY : performance.now() - subject.startedAt;
  return { ms, ...(await written(bed, subject)) };
}

/** What is still under way then is counted as well. */
const settleMs = 3000;

async function written({ audit }: Bed, subject: Subject): Promise<Omit<StartUp, 'ms'>> {
  await delay(settleMs);
  const asked = audit.since().filter(({ user, resource }) => user === userOf('sidecar') && resource !== 'leases');
  return {
    statusWrites: asked.filter((one) => isWrite(one) && one.resource === 'processes/status').length,
    writes: asked.filter(isWrite).length,
    requests: tally(asked),
    peakMb: resident(subject.pid).peakMb,
  };
}

async function untilSo(isSo: () => boolean, limitMs: number, what: string): Promise<void> {
  for (const end = performance.now() + limitMs; !isSo(); await delay(20)) {
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
  }
}
