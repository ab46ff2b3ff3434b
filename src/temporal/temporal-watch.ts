/** Keeps asking Temporal about the queues of all Processes: those in a roll-out often, the others seldom, and never beyond the budget. */
import type { SeenTemporal } from '../sidecar/observation.ts';
import type { Urgency } from '../sidecar/urgency.ts';
import { type Agenda, openAgenda } from './agenda.ts';
import { altogether, openBudgets } from './budgets.ts';
import { openCallCounts } from './call-counts.ts';
import type { Credentials } from './credentials.ts';
import type { DrainPort } from './drain/drain-port.ts';
import { openDrainPort } from './drain/open-drain-port.ts';
import type { Queue } from './drain/running.ts';
import { openScheduleBook, type ScheduleBook } from './drain/schedules.ts';
import { openSharedCounts, type SharedCounts } from './drain/shared-counts.ts';
import { type Ask, inTurn, turnOf } from './in-turn.ts';
import { openPace } from './pace.ts';
import { askAboutRetained, type RetainedQuestion } from './retained-question.ts';
import { askAboutRunning, type RunningQuestion } from './running-question.ts';
import { activityBacklogEach, runningEach } from './schedule.ts';
import { seenFrom } from './seen-from.ts';
import { type Subject, serverKey } from './subject.ts';
import { type WatchedNamespace, watchNamespace } from './watched-namespace.ts';
import { type WatchedQueue, watchQueue } from './watched-queue.ts';
import { type WatchedServer, watchServer } from './watched-server.ts';

export interface TemporalWatch {
  /** From now on this is what is asked about the Process. */
  set(subject: Subject): void;
  remove(key: string): void;
  /**
   * To be said after each look at the Process: of one that was told of news and not looked at since, more is asked seldom. `activities`: its
   * workers are for activities alone, so that their pollers count whoever else polls for workflows. Default: false.
   */
  setUrgency(key: string, urgency: Urgency, activities?: boolean): void;
  /** Undefined: nothing is asked about it. */
  seen(key: string): SeenTemporal | undefined;
  /** The retained definitions of the Process, by checksum, of which is asked who needs them; undefined: not now. */
  setRetained(key: string, checksums: readonly string[] | undefined): void;
  /** For whoever drains the Process's queue. Undefined: nothing is asked about it. */
  drainPort(key: string): DrainPort | undefined;
  /** Questions so far, by `METHOD RESULT`. */
  readonly counts: ReadonlyMap<string, number>;
  /** The age of the oldest that is known of a queue, or, where nothing is, for how long it has been asked in vain; 0 without any. */
  oldestAnswerMs(): number;
  /** Queues that are due, and wait for the budget of their namespace or for their server. */
  waiting(): number;
  /** How often the budget made one wait. */
  budgetWaits(): number;
  close(): void;
}

export interface TemporalWatchOptions {
  /** Questions a second, for each Temporal namespace. */
  readonly rate: number;
  /** How many of them may come at once; undefined: as many as in a second. */
  readonly burst?: number;
  /** How often is asked who needs a retained definition; undefined: each five minutes. */
  readonly retainedIntervalMs?: number;
  /** Throws a TemporalError of kind CredentialsMissing. */
  readonly readCredentials: (subject: Subject) => Promise<Credentials>;
  /** Something that a decision about this Process depends on changed. */
  readonly onChange: (key: string) => void;
  /** For how many milliseconds news about a queue would wait for a look, because others do; undefined: not at all. */
  readonly lookWaitMs?: () => number;
  /** It is closed with the watch. Default: a new one. */
  readonly agenda?: Agenda;
}

interface Server {
  readonly address: string;
  readonly server: WatchedServer;
  readonly namespaces: Map<string, Namespace>;
  /** Closes it, unless it is wanted again. */
  readonly retire: () => void;
}

interface Namespace {
  readonly name: string;
  readonly watched: WatchedNamespace;
  readonly queues: Map<string, WatchedQueue>;
  readonly schedules: ScheduleBook;
  readonly counts: SharedCounts;
  readonly asks: { readonly [Turn in keyof typeof turnOf]: Ask };
}

interface Place {
  readonly subject: Subject;
  readonly server: Server;
  readonly namespace: Namespace;
  readonly queue: WatchedQueue;
}

/** So long the connection to a server stays that no Process uses any more. */
const idleMs = 60_000;
/** Of the visibility store, which answers few questions, and others as well. */
const visibilityLimit = { rate: 7, burst: 40 };
const usualIntervalMs = 300_000;
const seldomLimit = { rate: 2, burst: 10 };

export function openTemporalWatch(options: TemporalWatchOptions): TemporalWatch {
  const {
    rate,
    burst = rate,
    retainedIntervalMs: intervalMs = usualIntervalMs,
    readCredentials,
    onChange,
    lookWaitMs = () => 0,
    agenda = openAgenda(),
  } = options;
  const calls = openCallCounts();
  const servers = new Map<string, Server>();
  const places = new Map<string, Place>();
  const ports = new WeakMap<WatchedQueue, DrainPort>();
  const retained = new Map<string, RetainedQuestion>();
  const runningOf = new WeakMap<WatchedQueue, RunningQuestion>();
  let waits = 0;
  const budgets = openBudgets({ each: { rate, burst }, all: altogether(rate) });

  const tell = (queues: Iterable<WatchedQueue>) => {
    for (const { keys } of queues) for (const key of keys.keys()) onChange(key);
  };
  const openServer = (subject: Subject, key: string): Server => {
    const namespaces = new Map<string, Namespace>();
    const serverChanged = (isBack: boolean) => {
      for (const { watched, queues } of namespaces.values()) {
        if (isBack) watched.revive();
        if (isBack) for (const queue of queues.values()) queue.revive();
        tell(queues.values());
      }
    };
    const server = watchServer({ subject, readCredentials, agenda, calls, onChange: serverChanged });
    const retire = () => {
      if (namespaces.size > 0) return;
      servers.delete(key);
      server.close();
    };
    const opened = { address: subject.address, server, namespaces, retire };
    servers.set(key, opened);
    return opened;
  };
  const openNamespace = ({ address, server, namespaces }: Server, name: string): Namespace => {
    const queues = new Map<string, WatchedQueue>();
    const onWait = () => {
      waits++;
    };
    const budget = budgets.take(`${address} ${name}`);
    const watched = watchNamespace({ name, server, agenda, budget, onWait, onChange: () => tell(queues.values()) });
    const asks = {
      drain: inTurn({ server, namespace: watched, visibility: openPace(visibilityLimit), ...turnOf.drain }),
      seldom: inTurn({ server, namespace: watched, visibility: openPace(seldomLimit), ...turnOf.seldom }),
    };
    const counts = openSharedCounts({ ask: asks.drain, namespace: name, hasPause: () => hasPause(watched) });
    const opened: Namespace = { name, watched, queues, schedules: openScheduleBook(name), counts, asks };
    namespaces.set(name, opened);
    return opened;
  };
  const openQueue = ({ server }: Server, { watched, queues }: Namespace, { namespace, taskQueue }: Subject): WatchedQueue => {
    const queue: WatchedQueue = watchQueue({
      name: { namespace, taskQueue },
      server,
      namespace: watched,
      agenda,
      activityBacklogMs: () => activityBacklogEach(places.size),
      lookWaitMs,
      onChange: () => tell([queue]),
    });
    queues.set(taskQueue, queue);
    return queue;
  };
  const placeOf = (subject: Subject): Place => {
    const key = serverKey(subject);
    const server = servers.get(key) ?? openServer(subject, key);
    const namespace = server.namespaces.get(subject.namespace) ?? openNamespace(server, subject.namespace);
    const queue = namespace.queues.get(subject.taskQueue) ?? openQueue(server, namespace, subject);
    return { subject, server, namespace, queue };
  };
  const portOf = (place: Place): DrainPort => {
    const { schedules, counts } = place.namespace;
    const port = openDrainPort({ queue: queueOf(place, 'drain'), counts, schedules });
    return { ...port, running: () => runningOf.get(place.queue)!.learn(port.running) };
  };
  const openRunning = (place: Place) => {
    if (runningOf.has(place.queue)) return;
    const queue = queueOf(place, 'seldom');
    runningOf.set(place.queue, askAboutRunning({ queue, agenda, everyMs: () => runningEach(places.size) }));
  };
  const openRetained = (place: Place): RetainedQuestion => {
    const { key } = place.subject;
    const { schedules } = place.namespace;
    const queue = queueOf(place, 'seldom');
    const question = askAboutRetained({ queue, schedules, agenda, intervalMs, onChange: () => onChange(key) });
    retained.set(key, question);
    return question;
  };
  const leave = ({ subject, server, namespace, queue }: Place) => {
    places.delete(subject.key);
    retained.get(subject.key)?.close();
    retained.delete(subject.key);
    queue.leave(subject.key);
    if (queue.keys.size > 0) return;
    queue.close();
    runningOf.get(queue)?.close();
    namespace.queues.delete(subject.taskQueue);
    if (namespace.queues.size > 0) return;
    namespace.watched.close();
    budgets.giveBack(`${server.address} ${namespace.name}`);
    server.namespaces.delete(namespace.name);
    if (server.namespaces.size === 0) agenda.at(performance.now() + idleMs, server.retire);
  };
  return {
    counts: calls.counts,
    set: (subject) => {
      const known = places.get(subject.key);
      if (known && isSameSubject(known.subject, subject)) return;
      if (known) leave(known);
      const place = placeOf(subject);
      places.set(subject.key, place);
      openRunning(place);
      place.queue.attend(subject.key, { urgency: 'RollOut', activities: false });
    },
    remove: (key) => {
      const place = places.get(key);
      if (place) leave(place);
    },
    setUrgency: (key, urgency, activities = false) => places.get(key)?.queue.attend(key, { urgency, activities }),
    seen: (key) => {
      const place = places.get(key);
      if (!place) return;
      const { subject, server, namespace, queue } = place;
      const seldom = { running: runningOf.get(queue)?.seen(), retained: retained.get(key)?.seen() };
      return seenFrom({ subject, server: server.server, namespace: namespace.watched, queue, ...seldom });
    },
    setRetained: (key, checksums) => {
      const place = places.get(key);
      const question = retained.get(key) ?? (place && checksums && openRetained(place));
      question?.want(checksums);
    },
    drainPort: (key) => {
      const place = places.get(key);
      if (!place) return;
      const port = ports.get(place.queue) ?? portOf(place);
      ports.set(place.queue, port);
      return port;
    },
    oldestAnswerMs: () => [...places.values()].reduce((oldest, { queue }) => Math.max(oldest, queue.ageMs()), 0),
    waiting: () => sum(servers.values(), ({ namespaces }) => sum(namespaces.values(), ({ watched }) => watched.waiting())),
    budgetWaits: () => waits,
    close: () => {
      for (const question of retained.values()) question.close();
      for (const { server, namespaces } of servers.values()) {
        for (const { watched, queues } of namespaces.values()) {
          for (const queue of queues.values()) {
            runningOf.get(queue)?.close();
            queue.close();
          }
          watched.close();
        }
        server.close();
      }
      agenda.close();
    },
  };
}

function queueOf({ subject, namespace: { name, watched, asks } }: Place, turn: keyof typeof turnOf): Queue {
  return { ask: asks[turn], namespace: name, taskQueue: subject.taskQueue, hasPause: () => hasPause(watched) };
}

function hasPause(namespace: WatchedNamespace): boolean {
  return namespace.seen()?.hasPause ?? false;
}

function isSameSubject(a: Subject, b: Subject): boolean {
  return serverKey(a) === serverKey(b) && a.namespace === b.namespace && a.taskQueue === b.taskQueue;
}

function sum<T>(all: Iterable<T>, of: (one: T) => number): number {
  let total = 0;
  for (const one of all) total += of(one);
  return total;
}
