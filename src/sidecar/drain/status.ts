/** `status.drain`: what the machine remembers, written for people and read back without trusting it. Pure. */
import type { ProcessStatus } from '../../process.ts';
import { isObject, objectsAt, type Resource, valueAt } from '../../resource.ts';
import { numberIn, textIn } from '../seen/fields.ts';
import type { Drain, DrainInput, Job, PausedSchedule, Phase } from './drain.ts';
import { followed } from './policy.ts';
import { deadlineOf } from './verdicts.ts';

export type DrainStatus = NonNullable<ProcessStatus['drain']>;

const phases: readonly string[] = ['Pausing', 'Waiting', 'Settling', 'HandingOver', 'Drained', 'Reopening'] satisfies Phase[];

/** Undefined: none is on, or what is there is of no use. */
export function readDrain(process: Resource): Drain | undefined {
  const found = valueAt(process, 'status', 'drain');
  if (!isObject(found)) return;
  const [phase, since] = [textIn(found, 'phase'), timeIn(found, 'since')];
  if (phase === undefined || !phases.includes(phase) || since === undefined) return;
  const [remaining, startedSince] = [countIn(found, 'remaining'), countIn(found, 'startedSince')];
  const zeroAt = timeIn(found, 'zeroAt');
  return {
    phase: phase as Phase,
    since,
    ...(remaining !== undefined && { remaining }),
    ...(startedSince !== undefined && { startedSince }),
    schedules: objectsAt(found, 'schedules').flatMap(schedule),
    jobs: objectsAt(found, 'jobs').flatMap(job),
    zeros: countIn(found, 'zeros') ?? 0,
    ...(zeroAt !== undefined && { zeroAt }),
  };
}

export function drainStatus(drain: Drain, input: Pick<DrainInput, 'spec' | 'isAsRendered' | 'seen'>): DrainStatus {
  const { zeros, schedules, jobs, ...rest } = drain;
  const deadline = deadlineOf(input.spec.timeout, drain);
  return {
    ...rest,
    policy: followed(input).policy,
    summary: drain.remaining === undefined ? drain.phase : `${drain.phase}, ${drain.remaining} run`,
    ...(deadline !== undefined && { deadline: new Date(deadline).toISOString() }),
    ...(zeros > 0 && { zeros }),
    ...(schedules.length > 0 && { schedules: [...schedules] }),
    ...(jobs.length > 0 && { jobs: [...jobs] }),
  };
}

function schedule(found: Resource): PausedSchedule[] {
  const id = textIn(found, 'id');
  if (id === undefined) return [];
  const buffered = numberIn(found, 'buffered', 0);
  return [{ id, note: textIn(found, 'note') ?? '', wasPaused: found.wasPaused === true, buffered }];
}

function job(found: Resource): Job[] {
  const [id, operation, scope] = [textIn(found, 'id'), textIn(found, 'operation'), textIn(found, 'scope')];
  const [askedAt, doneAt] = [timeIn(found, 'askedAt'), timeIn(found, 'doneAt')];
  if (id === undefined || askedAt === undefined) return [];
  if (operation !== 'Cancel' && operation !== 'Terminate') return [];
  if (scope !== 'All' && scope !== 'Late') return [];
  const attempt = numberIn(found, 'attempt', 1);
  return [{ id, operation, scope, attempt, askedAt, ...(doneAt !== undefined && { doneAt }) }];
}

function timeIn(value: Resource, key: string): string | undefined {
  const text = textIn(value, key);
  return text === undefined || Number.isNaN(Date.parse(text)) ? undefined : text;
}

function countIn(value: Resource, key: string): number | undefined {
  const found = value[key];
  return typeof found === 'number' && found >= 0 ? found : undefined;
}
