/** What the sidecar costs when nothing happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { userOf } from './accounts.ts';
import { type Asked, isWrite } from './audit.ts';
import type { Bed } from './bed.ts';
import { type Cpu, cpuNow } from './cpu.ts';
import type { Subject } from './subject.ts';
import { callsSince, temporalCalls } from './temporal-calls.ts';
import { resident } from './usage.ts';

/** Counts and CPU seconds are of one minute. */
export interface Steady {
  readonly writes: number;
  /** Renewals of the Lease by which replicas agree on one: two requests each. */
  readonly leaseRequests: number;
  readonly watches: number;
  /** Anything else: reading again and again what a watch would tell. */
  readonly reads: number;
  readonly temporalCalls: ReadonlyMap<string, number>;
  readonly residentMb: number;
  readonly cpu: Cpu;
  /** What was asked for, for a reader who wonders. */
  readonly requests: ReadonlyMap<string, number>;
}

export async function steady(bed: Bed, subject: Subject, seconds: number): Promise<Steady> {
  const minutes = seconds / 60;
  const before = { cpu: await cpuNow(bed, subject.pid), calls: await temporalCalls(bed.temporal.metricsUrl) };
  bed.audit.since();
  await delay(seconds * 1000);
  const asked = bed.audit.since().filter(({ user }) => user === userOf('sidecar'));
  const calls = callsSince(before.calls, await temporalCalls(bed.temporal.metricsUrl));
  const cpu = await cpuNow(bed, subject.pid);
  const perMinute = (one: (asked: Asked) => boolean) => asked.filter(one).length / minutes;
  const isLease = ({ resource }: Asked) => resource === 'leases';
  return {
    writes: perMinute((one) => isWrite(one) && !isLease(one)),
    leaseRequests: perMinute(isLease),
    watches: perMinute(({ verb }) => verb === 'watch'),
    reads: perMinute((one) => !isWrite(one) && !isLease(one) && one.verb !== 'watch'),
    temporalCalls: new Map([...calls].map(([operation, count]) => [operation, count / minutes])),
    residentMb: resident(subject.pid).nowMb,
    cpu: {
      sidecar: (cpu.sidecar - before.cpu.sidecar) / minutes,
      apiserver: (cpu.apiserver - before.cpu.apiserver) / minutes,
      temporal: (cpu.temporal - before.cpu.temporal) / minutes,
    },
    requests: tally(asked),
  };
}

export function tally(asked: readonly Asked[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { verb, resource } of asked) counts.set(`${verb} ${resource}`, (counts.get(`${verb} ${resource}`) ?? 0) + 1);
  return counts;
}
