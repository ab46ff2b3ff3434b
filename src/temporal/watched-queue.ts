/** A task queue of one or several Processes: when it is asked about, what was answered, and what that says. */
import type { SeenBacklog, SeenQueue } from '../sidecar/observation.ts';
import { isUrgent, type Urgency, urgencies } from '../sidecar/urgency.ts';
import type { Agenda } from './agenda.ts';
import { askQueue, type QueueName } from './ask-queue.ts';
import type { TemporalError } from './failure.ts';
import { failAgain, type QuestionFailure } from './question-failure.ts';
import { hasForgotten, isFresh, isNews, staleAt } from './queue-news.ts';
import { rankOf } from './rank.ts';
import { askAgain, firstOfRollOut, nextAsk } from './schedule.ts';
import type { WatchedNamespace } from './watched-namespace.ts';
import type { WatchedServer } from './watched-server.ts';

export interface WatchedQueue {
  /** The Processes, and what each wants to know. */
  readonly keys: ReadonlyMap<string, Want>;
  /** Adds a Process, or says what it wants now that it was looked at. */
  attend(key: string, want: Want): void;
  leave(key: string): void;
  seen(): SeenQueue | undefined;
  failure(): QuestionFailure | undefined;
  /** When the node that kept the pollers was found to be another one; undefined: never. */
  forgottenAt(): string | undefined;
  /** How old what is known of it is. */
  ageMs(): number;
  /** The server answers again. */
  revive(): void;
  close(): void;
}

export interface Want {
  readonly urgency: Urgency;
  /** True: its workers are for activities alone, whoever else polls for workflows. */
  readonly activities: boolean;
}

export interface WatchedQueueOptions {
  readonly name: QueueName;
  readonly server: WatchedServer;
  readonly namespace: WatchedNamespace;
  readonly agenda: Agenda;
  /** How often the backlog of activities is asked for, which takes a question of its own. */
  readonly activityBacklogMs: () => number;
  /** So long it takes until news would be looked at. */
  readonly lookWaitMs: () => number;
  readonly onChange: () => void;
}

/** Where workflows are polled for, workers for activities alone are looked for in each so manieth question, until they are found. */
const activitiesEach = 3;
/** Who is told that these are too many questions waits; but not for ever. */
const rateLimitedForMs = 300_000;

export function watchQueue({
  name,
  server,
  namespace,
  agenda,
  activityBacklogMs,
  lookWaitMs,
  onChange,
}: WatchedQueueOptions): WatchedQueue {
  const keys = new Map<string, Want>();
  const phase = Math.random();
  const openedMs = Date.now();
  let urgency: Urgency = 'Rest';
  let urgentSinceMs = performance.now();
  let answer: SeenQueue | undefined;
  let failure: QuestionFailure | undefined;
  let forgottenAt: string | undefined;
  let idleSinceMs: number | undefined;
  let failures = 0;
  let isUnread = false;
  let questions = 0;
  let activityAskedMs: number | undefined;
  let wantsActivities = false;
  let dueMs = 0;
  let state: 'due later' | 'in line' | 'being asked' = 'due later';
  let isClosed = false;

  const ageMs = () => Math.max(Date.now() - (answer ? Date.parse(answer.askedAt) : openedMs), 0);
  const lineUp = () => {
    state = 'in line';
    namespace.line(asker, rankOf(urgency, answer !== undefined));
  };
  const schedule = (atMs: number) => {
    if (isClosed) return;
    namespace.leave(asker);
    state = 'due later';
    dueMs = atMs;
    agenda.at(atMs, lineUp);
  };
  const nextMs = () => {
    const nowMs = performance.now();
    const staleMs = answer && staleAt(answer);
    const staleAtMs = staleMs === undefined ? undefined : nowMs + (staleMs - Date.now());
    const times = { nowMs, urgentSinceMs, staleAtMs, idleSinceMs, lookWaitMs: lookWaitMs() };
    return nextAsk({ ...times, urgency, isAnswered: answer !== undefined, isUnread, failures, phase, random: Math.random() });
  };
  const learn = (found: SeenQueue) => {
    const before = answer;
    const hadFailed = failure !== undefined;
    const hasLive = staleAt(found) !== undefined;
    idleSinceMs = hasLive ? undefined : (idleSinceMs ?? performance.now());
    if (hasForgotten(before, found)) forgottenAt = found.askedAt;
    answer = found;
    failure = undefined;
    failures = 0;
    if (!hadFailed && !isNews(before, found, !isUrgent(urgency))) return;
    isUnread = true;
    onChange();
  };
  const learnFromFailure = async (error: TemporalError) => {
    failures++;
    if (error.kind === 'RateLimited') {
      namespace.halve();
      if (ageMs() < rateLimitedForMs) return;
    }
    // A server that fails, a namespace that is not there: then that is what is known, not what fails here.
    if (!(await server.check())) return;
    if (error.kind === 'NamespaceNotFound') await namespace.check();
    if (isClosed || namespace.seen()?.state === 'NotFound') return;
    const before = failure;
    failure = failAgain(before, { method: 'DescribeTaskQueue', error, now: new Date().toISOString() });
    if (failure !== before) onChange();
  };
  const look = async (): Promise<SeenQueue> => {
    const { pollers: workflowPollers, backlog, ...found } = await server.ask('DescribeTaskQueue', (to) => askQueue(to, name, 'workflow'));
    const isPolled = workflowPollers.some(({ lastAccess }) => isFresh(lastAccess, found.askedAt));
    const isAtRest = isPolled && urgency === 'Rest' && !wantsActivities;
    const before = answer?.backlog?.activity;
    const known = answer?.activityPollers;
    const seen = (activity: SeenBacklog | undefined): Pick<SeenQueue, 'backlog'> =>
      backlog || activity ? { backlog: { ...(backlog && { workflow: backlog }), ...(activity && { activity }) } } : {};
    if (isAtRest) return { ...found, workflowPollers, ...seen(isBacklogDue(before) ? await activityBacklog(before) : before) };
    const mayPoll = known === undefined || known.length > 0;
    const isDue = wantsActivities || (mayPoll && !isPolled) || ++questions % activitiesEach === 0;
    if (!isDue) return { ...found, workflowPollers, ...(known && { activityPollers: known }), ...seen(before) };
    const activities = await askActivities();
    return { ...found, workflowPollers, activityPollers: activities.pollers, ...seen(activities.backlog) };
  };
  const askActivities = () => {
    namespace.charge();
    activityAskedMs = performance.now();
    return server.ask('DescribeTaskQueue', (to) => askQueue(to, name, 'activity'));
  };
  /** No verdict depends on it: what was known stands when it is not answered. */
  const activityBacklog = async (before: SeenBacklog | undefined): Promise<SeenBacklog | undefined> => {
    try {
      return (await askActivities()).backlog;
    } catch (error) {
      if ((error as TemporalError).kind === 'RateLimited') namespace.halve();
      return before;
    }
  };
  /** Of a server with thousands of queues seldom; but a backlog that there is, each time. */
  const isBacklogDue = (before: SeenBacklog | undefined): boolean => {
    activityAskedMs ??= performance.now() - activityBacklogMs() * Math.random();
    return (before?.tasks ?? 0) > 0 || performance.now() - activityAskedMs >= activityBacklogMs();
  };
  const asker = {
    ask: async () => {
      state = 'being asked';
      try {
        const found = await look();
        if (!isClosed) learn(found);
      } catch (error) {
        await learnFromFailure(error as TemporalError);
      } finally {
        schedule(nextMs());
      }
    },
  };
  const read = () => {
    if (!isUnread) return;
    isUnread = false;
    if (state === 'due later') schedule(Math.min(dueMs, nextMs()));
  };
  const reassess = () => {
    const wants = [...keys.values()];
    wantsActivities = wants.some(({ activities }) => activities);
    const next = urgencies.find((one) => wants.some((want) => want.urgency === one)) ?? 'Rest';
    if (next === urgency) return;
    const nowMs = performance.now();
    urgency = next;
    urgentSinceMs = nowMs;
    if (state === 'in line') lineUp();
    else if (state === 'being asked') return;
    else if (next === 'RollOut') schedule(Math.min(dueMs, firstOfRollOut(nowMs, Math.random())));
    else if (next === 'Settling') schedule(Math.min(dueMs, nextMs()));
    else schedule(nextMs());
  };
  return {
    keys,
    attend: (key, want) => {
      const isFirst = keys.size === 0;
      keys.set(key, want);
      if (isFirst) schedule(askAgain('RollOut', performance.now(), Math.random()));
      reassess();
      read();
    },
    leave: (key) => {
      keys.delete(key);
      reassess();
    },
    seen: () => answer,
    failure: () => failure,
    forgottenAt: () => forgottenAt,
    ageMs,
    revive: () => {
      failure = undefined;
      failures = 0;
      if (state !== 'being asked') schedule(askAgain(urgency, performance.now(), Math.random()));
    },
    close: () => {
      isClosed = true;
      namespace.leave(asker);
      agenda.drop(lineUp);
    },
  };
}
