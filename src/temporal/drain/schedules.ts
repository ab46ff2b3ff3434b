/** The Schedules of a Temporal namespace that start workflows on one task queue: found, paused, and put back as they were. */
import { randomUUID } from 'node:crypto';
import { concurrencyLimit } from '../../definition/concurrency-limit.ts';
import { tool } from '../../names.ts';
import { grpcStatus, TemporalError } from '../failure.ts';
import type { Ask, WorkflowService } from '../in-turn.ts';
import type { SeenSchedule } from './drain-port.ts';
import { unlessGone } from './gone.ts';

export type DescribedSchedule = Awaited<ReturnType<WorkflowService['describeSchedule']>>;

/** What is known of a namespace's Schedules, for all of its drains: which ones start workflows elsewhere. */
export interface ScheduleBook {
  /** Those whose action starts a workflow on the queue, as they are now. */
  ofQueue(ask: Ask, taskQueue: string): Promise<ReadonlyMap<string, DescribedSchedule>>;
}

const pageSize = 500;
const describedAtATime = 8;
/** Nothing in a list tells that the action was moved to another queue: so long one that was found elsewhere is taken to be there still. */
const elsewhereForMs = 300_000;

export function openScheduleBook(namespace: string): ScheduleBook {
  /** Lists that wait for their turn, which come later than anybody who asks meanwhile: a thousand drains need no list each. */
  const awaited = new Map<Ask, Promise<Map<string, string>>>();
  const list = (ask: Ask) => {
    const known = awaited.get(ask);
    if (known) return known;
    let listing: Promise<Map<string, string>> | undefined;
    const begun = () => {
      if (awaited.get(ask) === listing) awaited.delete(ask);
    };
    listing = listSchedules(ask, namespace, begun).finally(begun);
    awaited.set(ask, listing);
    return listing;
  };
  const elsewhere = new Map<string, { readonly taskQueue: string; readonly sign: string; readonly atMs: number }>();
  const describe = async (ask: Ask, id: string, sign: string) => {
    const found = await describeSchedule(ask, namespace, id);
    const taskQueue = found?.schedule?.action?.startWorkflow?.taskQueue?.name;
    if (found && taskQueue !== undefined && taskQueue !== null) elsewhere.set(id, { taskQueue, sign, atMs: performance.now() });
    return { found, taskQueue };
  };
  const isElsewhere = (id: string, sign: string, taskQueue: string) => {
    const known = elsewhere.get(id);
    if (!known || known.taskQueue === taskQueue || known.sign !== sign) return false;
    return performance.now() - known.atMs < elsewhereForMs;
  };
  return {
    ofQueue: async (ask, taskQueue) => {
      const limit = concurrencyLimit(describedAtATime);
      const listed = await list(ask);
      for (const id of elsewhere.keys()) if (!listed.has(id)) elsewhere.delete(id);
      const unsure = [...listed].filter(([id, sign]) => !isElsewhere(id, sign, taskQueue));
      const described = await Promise.all(unsure.map(([id, sign]) => limit(async () => ({ id, ...(await describe(ask, id, sign)) }))));
      return new Map(described.flatMap(({ id, found, taskQueue: its }) => (found && its === taskQueue ? [[id, found] as const] : [])));
    },
  };
}

/** Each with a sign of what a list tells of it. */
async function listSchedules(ask: Ask, namespace: string, onBegin: () => void): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace, maximumPageSize: pageSize, ...(nextPageToken && { nextPageToken }) };
    const page = await ask('ListSchedules', (to) => {
      onBegin();
      return to.listSchedules(request);
    });
    for (const { scheduleId, info } of page.schedules ?? []) {
      if (scheduleId) found.set(scheduleId, JSON.stringify([info?.workflowType, info?.spec, info?.notes, info?.paused]));
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return found;
}

/** Undefined: it is gone. One that cannot be described holds up every drain of its namespace, whoever owns it: so it is named. */
async function describeSchedule(ask: Ask, namespace: string, scheduleId: string): Promise<DescribedSchedule | undefined> {
  try {
    return await unlessGone(() => ask('DescribeSchedule', (to) => to.describeSchedule({ namespace, scheduleId })));
  } catch (error) {
    if (!(error instanceof TemporalError) || !isItsOwn(error)) throw error;
    throw new TemporalError(error.kind, `Schedule "${scheduleId}" cannot be described: ${error.message}`, error.answered);
  }
}

/** Rather than the server's. */
function isItsOwn({ kind, answered }: TemporalError): boolean {
  return kind === 'Other' || answered.code === grpcStatus.deadlineExceeded;
}

export function seenSchedule(id: string, { schedule, info }: DescribedSchedule): SeenSchedule {
  const { paused, notes } = schedule?.state ?? {};
  return { id, paused: paused ?? false, note: notes ?? '', buffered: Number(info?.bufferSize ?? 0) };
}

/** One that is gone is no failure. */
export async function pauseSchedule(ask: Ask, namespace: string, scheduleId: string, note: string): Promise<void> {
  await patchSchedule(ask, { namespace, scheduleId, patch: { pause: note } });
}

/** One that is gone is no failure. */
export async function resumeSchedule(ask: Ask, namespace: string, scheduleId: string, note: string): Promise<void> {
  if (note === '') await resumeWithoutNote(ask, namespace, scheduleId);
  else await patchSchedule(ask, { namespace, scheduleId, patch: { unpause: note } });
}

async function patchSchedule(
  ask: Ask,
  request: Pick<Parameters<WorkflowService['patchSchedule']>[0], 'namespace' | 'scheduleId' | 'patch'>,
) {
  const own = { identity: tool, requestId: randomUUID() };
  await unlessGone(() => ask('PatchSchedule', (to) => to.patchSchedule({ ...request, ...own })));
}

const tries = 3;

/**
 * A patch without a note does nothing at all, and its note would stay. An update that another one overtook is accepted and passed over:
 * so it is looked whether it took.
 */
async function resumeWithoutNote(ask: Ask, namespace: string, scheduleId: string): Promise<void> {
  for (let attempt = 0; attempt <= tries; attempt++) {
    const found = await describeSchedule(ask, namespace, scheduleId);
    if (!found?.schedule) return;
    const { paused, note } = seenSchedule(scheduleId, found);
    if (!paused && note === '') return;
    const schedule = { ...found.schedule, state: { ...found.schedule.state, paused: false, notes: '' } };
    const own = { conflictToken: found.conflictToken, identity: tool, requestId: randomUUID() };
    await unlessGone(() => ask('UpdateSchedule', (to) => to.updateSchedule({ namespace, scheduleId, schedule, ...own })));
  }
  throw new TemporalError('Other', `Schedule "${scheduleId}" is being changed by others at the same time`);
}
