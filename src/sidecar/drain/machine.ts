/**
 * The drain as a state machine: what was seen, and what the status remembers → what it remembers next, what is done, what is told. Pure. It
 * releases only what it sees to be drained now: a phase alone proves nothing, because the status may be old.
 */
import type { Drain, DrainInput, DrainStep, Effect, Phase, SeenWork } from './drain.ts';
import { endWorkflows } from './ending.ts';
import { handOver, servedAt } from './hand-over.ts';
import { followed } from './policy.ts';
import { pauseSchedules, resumeSchedules, type Scheduled } from './schedules.ts';
import { verdictsOf } from './verdicts.ts';

/** So many looks in a row, so far apart, must find nothing: a workflow that continues as new is not found for a moment. */
export const zerosNeeded = 3;
export const zeroGapMs = 2_000;
/** While hundreds drain at once in one Temporal namespace, whose visibility store answers few questions, a look waits minutes for its turn. */
export const longestGapMs = 300_000;

/** When to look again. */
const waits: Readonly<Record<Phase, number>> = {
  Pausing: 500,
  Waiting: 5_000,
  Settling: zeroGapMs,
  HandingOver: 5_000,
  Drained: 15_000,
  Reopening: 500,
};
const failureMs = 5_000;
const jobMs = 2_000;

export function stepDrain(input: DrainInput): DrainStep {
  const { wanted, before } = input;
  if (wanted === 'Off') return before ? reopen(input, before) : told(input, undefined, []);
  const drain = begun(input);
  const { work } = input.seen;
  if (!work) return told(input, { ...withoutZero(drain), zeros: 0 }, []);
  const looked: Drain = { ...drain, ...countedIn(work) };
  const { successors } = handOver(input);
  return successors.length > 0 ? handOn(input, looked, work) : drainOwn(input, looked, work);
}

/** One that was being undone begins anew, with the notes that it knows. */
function begun({ before, now }: DrainInput): Drain {
  if (before && before.phase !== 'Reopening') return before;
  return { phase: 'Pausing', since: now, schedules: before?.schedules ?? [], jobs: [], zeros: 0 };
}

function reopen(input: DrainInput, before: Drain): DrainStep {
  const { effects, isDone } = resumeSchedules(input.seen.work?.schedules, before.schedules, input.process);
  if (isDone) return told(input, undefined, []);
  const { schedules, since } = before;
  const drain: Drain = { phase: 'Reopening', since, schedules, jobs: [], zeros: 0 };
  return told(input, drain, effects);
}

/** Nothing on a shared queue is paused or ended; what was, before another Process came, is restored. */
function handOn(input: DrainInput, drain: Drain, work: SeenWork): DrainStep {
  const resumed = resumeSchedules(work.schedules, drain.schedules, input.process);
  const schedules = resumed.isDone ? [] : drain.schedules;
  const isRestored = schedules.every(({ wasPaused }) => wasPaused);
  const served = servedAt(input.seen, work);
  const zeros = countZeros(input, drain, served !== undefined, served ?? work.at);
  const mayGo = handOver(input).heir !== undefined || zeros.zeros >= zerosNeeded || followed(input).policy === 'Abandon';
  const isDrained = isRestored && resumed.effects.length === 0 && mayGo;
  return finish(
    input,
    { ...withoutZero(drain), ...zeros, schedules, jobs: [], phase: isDrained ? 'Drained' : 'HandingOver' },
    resumed.effects,
  );
}

function drainOwn(input: DrainInput, drain: Drain, work: SeenWork): DrainStep {
  const paused = pauseSchedules(work.schedules, drain.schedules, input.process);
  const { policy, onNewStart } = followed(input);
  const zeros = countZeros(input, drain, work.remaining === 0, work.at);
  const phase = phaseOf(drain, paused, work, zeros.zeros, policy === 'Abandon');
  const next: Drain = { ...withoutZero(drain), ...zeros, schedules: paused.schedules, phase };
  if (phase !== 'Waiting') return finish(input, next, paused.effects);
  const { jobs, effects } = endWorkflows({ input, drain: next, work }, policy, onNewStart);
  return finish(input, { ...next, jobs }, [...paused.effects, ...effects]);
}

/** Schedules come first: what they start would have to be waited for. */
function phaseOf({ phase }: Drain, paused: Scheduled, { remaining }: SeenWork, zeros: number, isAbandoned: boolean): Phase {
  const isPausing = phase === 'Pausing' || phase === 'HandingOver';
  if (isPausing && !paused.isDone) return 'Pausing';
  if (isAbandoned) return 'Drained';
  if (remaining > 0) return 'Waiting';
  return zeros >= zerosNeeded && paused.effects.length === 0 ? 'Drained' : 'Settling';
}

function finish(input: DrainInput, drain: Drain, effects: readonly Effect[]): DrainStep {
  const isReleased = drain.phase === 'Drained' && input.wanted === 'Deletion';
  return told(input, drain, isReleased ? [...effects, { kind: 'Release' }] : effects);
}

function told(input: DrainInput, drain: Drain | undefined, effects: readonly Effect[]): DrainStep {
  return { drain, effects, verdicts: verdictsOf(input, drain), ...(drain && { askAgainAfterMs: waitOf(input, drain, effects) }) };
}

function waitOf({ seen, wanted }: DrainInput, { phase, jobs }: Drain, effects: readonly Effect[]): number {
  if (!seen.work) return failureMs;
  if (effects.some(({ kind }) => kind === 'Release')) return jobMs;
  const isBusy = effects.length > 0 || (wanted !== 'Off' && jobs.some(({ scope, doneAt }) => scope === 'All' && doneAt === undefined));
  return isBusy ? Math.min(jobMs, waits[phase]) : waits[phase];
}

function withoutZero({ zeroAt: _, ...drain }: Drain): Drain {
  return drain;
}

function countedIn({ remaining, startedSince }: SeenWork): Pick<Drain, 'remaining' | 'startedSince'> {
  return { remaining, ...(startedSince !== undefined && { startedSince }) };
}

/**
 * Looks that are too near each other are one, and one that was long ago says nothing of what was started since: a deletion begins to count
 * anew. A Process that stays Drained is not written over and over.
 */
function countZeros({ wanted }: DrainInput, { zeros, zeroAt }: Drain, isZero: boolean, at: string): Pick<Drain, 'zeros' | 'zeroAt'> {
  if (!isZero) return { zeros: 0 };
  if (zeros === 0 || zeroAt === undefined) return { zeros: 1, zeroAt: at };
  const kept = { zeros, zeroAt };
  if (zeros >= zerosNeeded && wanted === 'Lifecycle') return kept;
  const gap = Date.parse(at) - Date.parse(zeroAt);
  if (gap > longestGapMs) return { zeros: 1, zeroAt: at };
  return gap < zeroGapMs || zeros >= zerosNeeded ? kept : { zeros: zeros + 1, zeroAt: at };
}
