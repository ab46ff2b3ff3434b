/** Workflows that a policy ends: which cancellation or termination is due. Each has an id of its own, and is recorded before it is asked for. Pure. */

import { parseDuration } from '../../duration.ts';
import { tool } from '../../names.ts';
import type { BatchJob } from '../../temporal/drain/drain-port.ts';
import type { Drain, DrainInput, Effect, Job, Policy, SeenWork } from './drain.ts';

export interface Ending {
  readonly jobs: readonly Job[];
  readonly effects: readonly Effect[];
}

const defaultGraceMs = 60_000;
/** A list of running workflows lags behind: so long it is waited before the same is asked again. */
const repeatMs = 10_000;
/** Another Process on the queue may be on its way, with the same commit. */
const firstEndMs = 5_000;
/** Of one by one, at a time. */
export const oneByOneLimit = 500;

interface Due {
  readonly input: DrainInput;
  readonly drain: Drain;
  readonly work: SeenWork;
}

/** `policy` and `onNewStart` are those that are followed: a refused one is `Wait`, and `Report`. */
export function endWorkflows(due: Due, policy: Policy, onNewStart: 'Report' | Job['operation']): Ending {
  const { drain, input, work } = due;
  const nothing = { jobs: drain.jobs, effects: [] };
  if (Date.parse(input.now) < Date.parse(drain.since) + firstEndMs) return nothing;
  if (policy === 'Terminate') return endAll(due, 'Terminate');
  if (policy === 'Cancel') return cancelled(due) ? endAll(due, 'Terminate') : cancelAll(due);
  if (policy === 'Wait' && onNewStart !== 'Report' && (work.startedSince ?? 0) > 0) return endLate(due, onNewStart);
  return nothing;
}

/** Those that start during the grace are asked, too, before it is over. */
function cancelAll(due: Due): Ending {
  const isAsked = due.drain.jobs.find(isOf('Cancel', 'All'))?.doneAt !== undefined;
  return isAsked && (due.work.startedSince ?? 0) > 0 ? endLate(due, 'Cancel') : endAll(due, 'Cancel');
}

/** The grace runs from when all were asked. */
function cancelled({ drain, input }: Due): boolean {
  const grace = parseDuration(input.spec.cancelGrace ?? '') ?? defaultGraceMs;
  const { doneAt } = drain.jobs.find(isOf('Cancel', 'All')) ?? {};
  return doneAt !== undefined && Date.parse(input.now) >= Date.parse(doneAt) + grace;
}

/** Asked for until it is seen to be done; then, for those that were not in its list, once more under another id. */
function endAll(due: Due, operation: Job['operation']): Ending {
  const { drain, input, work } = due;
  const last = drain.jobs.find(isOf(operation, 'All'));
  if (!last) return begin(due, operation, 1);
  if (last.doneAt !== undefined) {
    const isDue = operation === 'Terminate' && Date.parse(input.now) >= Date.parse(last.doneAt) + repeatMs;
    return isDue ? begin(due, operation, last.attempt + 1) : { jobs: drain.jobs, effects: [] };
  }
  if (work.job?.id !== last.id) return { jobs: drain.jobs, effects: [] };
  const { batch } = work.job;
  if (!batch) return { jobs: drain.jobs, effects: [effectOf(due, last)] };
  if (batch.state === 'Running') return { jobs: drain.jobs, effects: [] };
  return { jobs: drain.jobs.map((job) => (job === last ? { ...last, doneAt: input.now } : job)), effects: [] };
}

/** One by one: they are few, and a batch is the only one of its namespace. */
function endLate(due: Due, operation: Job['operation']): Ending {
  const { drain, input } = due;
  const last = drain.jobs.find(isOf(operation, 'Late'));
  if (last && Date.parse(input.now) < Date.parse(last.askedAt) + repeatMs) return { jobs: drain.jobs, effects: [] };
  const attempt = (last?.attempt ?? 0) + 1;
  const job: Job = { id: idOf(due, operation, `late-${attempt}`), operation, scope: 'Late', attempt, askedAt: input.now };
  const asked: BatchJob = { jobId: job.id, operation, reason: reasonOf(input), startedAfter: drain.since };
  return { jobs: replaced(drain.jobs, job), effects: [{ kind: 'OneByOne', job: asked, limit: oneByOneLimit }] };
}

function begin(due: Due, operation: Job['operation'], attempt: number): Ending {
  const { drain, input } = due;
  const job: Job = { id: idOf(due, operation, `${attempt}`), operation, scope: 'All', attempt, askedAt: input.now };
  return { jobs: replaced(drain.jobs, job), effects: [effectOf(due, job)] };
}

function effectOf({ input, work }: Due, { id, operation }: Job): Effect {
  const job: BatchJob = { jobId: id, operation, reason: reasonOf(input) };
  return work.batchesRefused ? { kind: 'OneByOne', job, limit: oneByOneLimit } : { kind: 'Batch', job };
}

function replaced(jobs: readonly Job[], job: Job): Job[] {
  return [...jobs.filter((one) => !isOf(job.operation, job.scope)(one)), job];
}

function isOf(operation: Job['operation'], scope: Job['scope']): (job: Job) => boolean {
  return (job) => job.operation === operation && job.scope === scope;
}

/** The same for this Process, this drain and this attempt, whoever asks. */
function idOf({ input, drain }: Due, operation: Job['operation'], attempt: string): string {
  return `ameide-drain-${input.process.uid}-${Date.parse(drain.since).toString(36)}-${operation.toLowerCase()}-${attempt}`;
}

function reasonOf({ process, wanted }: DrainInput): string {
  const why = wanted === 'Deletion' ? 'is being deleted' : 'is Draining';
  return `${tool}: Process ${process.key} ${why}`;
}

/** The job over the whole queue whose progress matters; undefined: none is under way. */
export function openJob(jobs: readonly Job[]): Job | undefined {
  return jobs.find(({ scope, doneAt }) => scope === 'All' && doneAt === undefined);
}
