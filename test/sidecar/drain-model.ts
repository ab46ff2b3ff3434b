/** A small world for the drain's machine: workflows, Schedules, batches, persons, outages, and a sidecar that may be killed after any write or effect. */
import { isSame } from '../../src/resource.ts';
import type { DrainInput, DrainSpec, Effect, Sharer } from '../../src/sidecar/drain/drain.ts';
import { openJob } from '../../src/sidecar/drain/ending.ts';
import { longestGapMs, stepDrain, zeroGapMs } from '../../src/sidecar/drain/machine.ts';
import { followed } from '../../src/sidecar/drain/policy.ts';
import { drainStatus, readDrain } from '../../src/sidecar/drain/status.ts';
import type { BatchJob, SeenBatch } from '../../src/temporal/drain/drain-port.ts';

export type Happening =
  | { readonly kind: 'look'; readonly killedAfter: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'start' | 'end' | 'blink' | 'outage' | 'recovery' | 'delete' | 'draining' | 'active' | 'batches' | 'pins';
      readonly isOn: boolean;
    }
  | { readonly kind: 'person'; readonly schedule: number; readonly pauses: boolean }
  | { readonly kind: 'policy'; readonly spec: DrainSpec; readonly isAsRendered: boolean }
  | { readonly kind: 'successor'; readonly sharer: Sharer | undefined };

interface Workflow {
  readonly startedAt: number;
  isAsked: boolean;
}

interface Schedule {
  readonly id: string;
  paused: boolean;
  note: string;
  /** As a person left it last. */
  wanted: { readonly paused: boolean; readonly note: string };
}

export const pin = `sha256:${'3'.repeat(64)}`;
const process = { key: 'sales/l2o', uid: 'b7e0' };
const begin = Date.parse('2026-11-24T12:00:00Z');
/** So short is a workflow invisible while it continues as new. One that was started a moment ago and does so at the last look is not found by looking. */
const blinkMs = 500;

export interface World {
  readonly violations: string[];
  readonly isReleased: boolean;
  readonly effects: readonly Effect[];
  readonly schedules: readonly Schedule[];
  readonly running: number;
  readonly hasDrain: boolean;
  happen(happening: Happening): void;
}

export function openWorld(): World {
  let now = begin;
  let workflows: Workflow[] = [];
  let blinksUntil = 0;
  let isAway = false;
  let batchesRefused = false;
  let hasPins = true;
  let wanted: DrainInput['wanted'] = 'Off';
  let spec: DrainSpec = {};
  let isAsRendered = true;
  let sharers: Sharer[] = [];
  let status: object | undefined;
  let isReleased = false;
  const batches = new Map<string, { readonly job: BatchJob; readonly endsAt: number; isOver: boolean }>();
  const oneByOne = new Set<string>();
  const done: Effect[] = [];
  const violations: string[] = [];
  const schedules: Schedule[] = [0, 1, 2].map((at) => {
    const wanted = { paused: at === 2, note: at === 0 ? '' : `note ${at}` };
    return { id: `s${at}`, ...wanted, wanted };
  });
  const isSeen = ({ startedAt }: Workflow) => now >= blinksUntil || startedAt >= blinksUntil - blinkMs;
  const time = (ms: number) => new Date(ms).toISOString();

  const seenBatch = (id: string): SeenBatch | undefined => {
    if (oneByOne.has(id)) return { state: 'Completed', total: 0, done: 0, failed: 0 };
    const batch = batches.get(id);
    return batch && { state: batch.isOver ? 'Completed' : 'Running', total: 0, done: 0, failed: 0 };
  };
  const input = (): DrainInput => {
    const before = readDrain({ status: { drain: status } });
    const job = before && openJob(before.jobs);
    const batch = job && seenBatch(job.id);
    const remaining = wanted === 'Off' ? 0 : workflows.filter(isSeen).length;
    const late = before && workflows.filter(({ startedAt }) => startedAt > Date.parse(before.since)).length;
    const work = {
      at: time(now),
      remaining,
      batchesRefused,
      schedules: schedules.map(({ id, paused, note }) => ({ id, paused, note, buffered: 0 })),
      unserved: Object.fromEntries(
        sharers.map(({ name, pins }) => [name, { askedAt: time(now), count: pins.includes(pin) ? 0 : workflows.filter(isSeen).length }]),
      ),
      ...(late !== undefined && { startedSince: remaining === 0 ? 0 : late }),
      ...(job && { job: { id: job.id, ...(batch && { batch }) } }),
    };
    const failure = { reason: 'TemporalUnreachable', message: 'away' } as const;
    const seen = { sharers, ...(isAway ? { failure } : { work }) };
    return { now: time(now), process, wanted, spec, isAsRendered, pins: hasPins ? [pin] : [], seen, before };
  };
  const endAll = ({ operation, startedAfter }: BatchJob) => {
    const isMeant = ({ startedAt }: Workflow) => startedAfter === undefined || startedAt > Date.parse(startedAfter);
    if (operation === 'Terminate') workflows = workflows.filter((one) => !isMeant(one));
    for (const one of workflows) if (isMeant(one)) one.isAsked = true;
  };
  const perform = (effect: Effect, seen: DrainInput) => {
    done.push(effect);
    judge(effect, seen);
    if (effect.kind === 'Release') isReleased = true;
    else if (effect.kind === 'Pause' || effect.kind === 'Resume') {
      const schedule = schedules.find(({ id }) => id === effect.scheduleId)!;
      schedule.paused = effect.kind === 'Pause';
      schedule.note = effect.note;
    } else if (effect.kind === 'OneByOne' || batchesRefused) {
      endAll(effect.job);
      oneByOne.add(effect.job.jobId);
    } else startBatch(effect.job);
  };
  const startBatch = (job: BatchJob) => {
    const known = batches.get(job.jobId);
    if (known && !isSame({ ...known.job, reason: '' }, { ...job, reason: '' })) violations.push(`${job.jobId} means two things`);
    const isBusy = [...batches.values()].some(({ isOver }) => !isOver);
    if (!known && !isBusy) batches.set(job.jobId, { job, endsAt: now + 3_000, isOver: false });
  };
  const judge = (effect: Effect, seen: DrainInput) => {
    const { policy } = followed(seen);
    const isServed = sharers.some((one) => !one.isLeaving && one.isReady && one.pins.includes(pin));
    if (isReleased) violations.push(`${effect.kind} after the release`);
    if (effect.kind === 'Release') {
      if (seen.wanted !== 'Deletion') violations.push('released, though it is not being deleted');
      if (isAway) violations.push('released, though Temporal could not be asked');
      if (policy !== 'Abandon' && !isServed && workflows.length > 0) violations.push(`released while ${workflows.length} run`);
    }
    if (effect.kind === 'Pause' && sharers.some(({ isLeaving }) => !isLeaving))
      violations.push('paused on a queue that another one serves');
    if (effect.kind !== 'Batch' && effect.kind !== 'OneByOne') return;
    if (sharers.length > 0) violations.push('ended workflows of a shared queue');
    if (!seen.isAsRendered) violations.push('ended workflows by a policy that was not rendered');
    const isAllowed = spec.policy === 'Cancel' || spec.policy === 'Terminate' || effect.job.startedAfter !== undefined;
    if (!isAllowed) violations.push(`ended workflows under ${spec.policy ?? 'Wait'}`);
    const isAsked = done.some((one) => (one.kind === 'Batch' || one.kind === 'OneByOne') && one.job.operation === 'Cancel');
    if (effect.job.operation === 'Terminate' && spec.policy === 'Cancel' && !isAsked) violations.push('terminated without asking first');
  };
  /** `killedAfter` 0: before the status is written; 1: after; 2: after the first effect; and so on. */
  const look = (killedAfter: number) => {
    if (isReleased) return;
    const seen = input();
    const { drain, effects } = stepDrain(seen);
    if (killedAfter === 0) return;
    // As it goes through the API server.
    status = drain && JSON.parse(JSON.stringify(drainStatus(drain, seen)));
    for (const effect of effects.slice(0, killedAfter - 1)) if (!isAway && !isReleased) perform(effect, seen);
  };
  const pass = (ms: number) => {
    now += ms;
    for (const batch of batches.values()) {
      if (batch.isOver || now < batch.endsAt) continue;
      batch.isOver = true;
      endAll(batch.job);
    }
  };
  const happen = (happening: Happening) => {
    switch (happening.kind) {
      case 'look':
        look(happening.killedAfter);
        return pass(300);
      case 'wait':
        return pass(happening.ms);
      case 'start':
        return void workflows.push({ startedAt: now, isAsked: false });
      case 'end':
        return void workflows.shift();
      case 'blink':
        if (now > blinksUntil + zeroGapMs && workflows.every(({ startedAt }) => now - startedAt > 2 * longestGapMs))
          blinksUntil = now + blinkMs;
        return;
      case 'outage':
        isAway = true;
        return;
      case 'recovery':
        isAway = false;
        return;
      case 'batches':
        batchesRefused = happening.isOn;
        return;
      case 'pins':
        hasPins = happening.isOn;
        return;
      case 'delete':
        wanted = 'Deletion';
        return;
      case 'draining':
      case 'active':
        // A deletion cannot be taken back.
        if (wanted !== 'Deletion') wanted = happening.kind === 'active' ? 'Off' : 'Lifecycle';
        return;
      case 'person': {
        const schedule = schedules[happening.schedule]!;
        schedule.wanted = { paused: happening.pauses, note: `by Ada at ${now}` };
        Object.assign(schedule, schedule.wanted);
        return;
      }
      case 'policy':
        spec = happening.spec;
        isAsRendered = happening.isAsRendered;
        return;
      case 'successor':
        sharers = happening.sharer ? [happening.sharer] : [];
    }
  };
  return {
    violations,
    happen,
    schedules,
    effects: done,
    get isReleased() {
      return isReleased;
    },
    get running() {
      return workflows.length;
    },
    get hasDrain() {
      return status !== undefined;
    },
  };
}
