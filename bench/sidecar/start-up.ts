/** A sidecar that comes to Processes which are there already. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../test/testbed/api.ts';
import { demand } from '../../test/testbed/api.ts';
import { userOf } from './accounts.ts';
import { isWrite } from './audit.ts';
import type { Bed } from './bed.ts';
import { startChild } from './child.ts';
import { cpuNow, cpuOfServers } from './cpu.ts';
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

export interface FirstStart extends StartUp {
  /** The same for a bare program that knows what is right, and only asks and writes. */
  readonly floorMs: number;
  /** Until then, of the sidecar and of the API server together. */
  readonly cpuSeconds: number;
}

/** What the floor has to do for one Process. */
export interface WriteTask {
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  /** Of the status. */
  readonly path: string;
  readonly status: unknown;
}

/** From its start to the last status that came to be Ready, when there were none. */
export async function startWithout(
  bed: Bed,
  members: readonly Member[],
  start: () => Promise<Subject>,
  limitMs: number,
): Promise<FirstStart> {
  const tasks = await tasksOf(bed, members);
  await wipe(bed, members, limitMs);
  const floorMs = await bareStart(bed, members, tasks, limitMs);
  await wipe(bed, members, limitMs);
  bed.audit.since();
  const before = await cpuOfServers(bed);
  const subject = await start();
  const lastMs = await untilAllReady(bed, members, limitMs);
  const cpu = await cpuNow(bed, subject.pid);
  const cpuSeconds = cpu.sidecar + cpu.apiserver - before.apiserver;
  return { ms: lastMs - subject.startedAt, floorMs, cpuSeconds, ...(await written(bed, subject)) };
}

async function bareStart(bed: Bed, members: readonly Member[], tasks: readonly WriteTask[], limitMs: number): Promise<number> {
  const [server, list] = [join(bed.scratch, 'floor.json'), join(bed.scratch, 'writes.json')];
  writeFileSync(server, JSON.stringify(bed.floor));
  writeFileSync(list, JSON.stringify(tasks));
  const startedAt = performance.now();
  const writer = await startChild('run-bare-writer', [server, bed.temporal.address, list], 'written');
  const lastMs = await untilAllReady(bed, members, limitMs);
  await writer.stop();
  return lastMs - startedAt;
}

/** The statuses that are right, as they stand now. */
async function tasksOf({ plane, namespaces }: Bed, members: readonly Member[]): Promise<WriteTask[]> {
  const statuses = new Map<string, unknown>();
  for (const namespace of namespaces) {
    const path = `/apis/ameide.io/v1/namespaces/${namespace}/processes`;
    const { items } = (await demand(plane, 'GET', path)) as { items: KubeObject[] };
    for (const { metadata, status } of items) statuses.set(`${namespace}/${metadata.name}`, status);
  }
  return members.map(({ key, temporalNamespace, taskQueue, ...member }) => ({
    temporalNamespace,
    taskQueue,
    path: statusPath(member),
    status: statuses.get(key),
  }));
}

async function wipe(bed: Bed, members: readonly Member[], limitMs: number): Promise<void> {
  await inParallel(members, 32, (member) => demand(bed.plane, 'PATCH', statusPath(member), { status: null }));
  await untilSo(() => bed.statuses.readyAmong(members) === 0, limitMs, 'no status');
}

function statusPath({ namespace, name }: Pick<Member, 'namespace' | 'name'>): string {
  return `/apis/ameide.io/v1/namespaces/${namespace}/processes/${name}/status`;
}

/** When the last one was seen to be so. */
async function untilAllReady({ statuses }: Bed, members: readonly Member[], limitMs: number): Promise<number> {
  await untilSo(() => statuses.readyAmong(members) >= members.length, limitMs, 'all Ready');
  return Math.max(...members.map(({ key }) => statuses.of(key)!.at));
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
