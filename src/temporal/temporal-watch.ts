/** Keeps asking Temporal about the queues of all Processes: those in a roll-out often, the others seldom, and never beyond the budget. */
import type { SeenQueue, SeenTemporal } from '../sidecar/observation.ts';
import type { Urgency } from '../sidecar/urgency.ts';
import type { TemporalError } from './failure.ts';
import { isFresh, isNews, staleAt } from './queue-news.ts';
import { firstRest, nextAsk } from './schedule.ts';
import type { Credentials, TemporalServer } from './server.ts';
import { type Subject, serverKey } from './subject.ts';
import { type WatchedServer, watchServer } from './watched-server.ts';

export interface TemporalWatch {
  /** From now on this is what is asked about the Process. */
  set(subject: Subject): void;
  remove(key: string): void;
  setUrgency(key: string, urgency: Urgency): void;
  /** Undefined: nothing is asked about it. */
  seen(key: string): SeenTemporal | undefined;
  readonly counts: ReadonlyMap<string, number>;
  /** The age of the oldest answer about a queue that is asked; 0 without any. */
  oldestAnswerMs(): number;
  close(): void;
}

export interface TemporalWatchOptions {
  /** Questions a second, for each Temporal namespace. */
  readonly rate: number;
  /** Throws a TemporalError of kind CredentialsMissing. */
  readonly readCredentials: (subject: Subject) => Promise<Credentials>;
  /** Something that a decision about this Process depends on changed. */
  readonly onChange: (key: string) => void;
}

interface Watched {
  readonly subject: Subject;
  readonly serverKey: string;
  readonly server: WatchedServer;
  urgency: Urgency;
  urgentSinceMs: number;
  nextAskMs: number;
  isAsking: boolean;
  queue: SeenQueue | undefined;
}

const tickMs = 100;
const firstAskMs = 100;
/** After a server came back its queues are asked again within so long, spread. */
const againWithinMs = 10_000;
const askedAtATime = 64;

export function openTemporalWatch({ rate, readCredentials, onChange }: TemporalWatchOptions): TemporalWatch {
  const servers = new Map<string, WatchedServer>();
  const watched = new Map<string, Watched>();
  const counts = new Map<string, number>();
  let underWay = 0;
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

  const serverChanged = (key: string, isBack: boolean) => {
    const now = performance.now();
    for (const one of watched.values()) {
      if (one.serverKey !== key) continue;
      if (isBack) one.nextAskMs = Math.min(one.nextAskMs, now + (one.urgency === 'Rest' ? Math.random() * againWithinMs : 0));
      onChange(one.subject.key);
    }
  };
  const serverOf = (subject: Subject): WatchedServer => {
    const key = serverKey(subject);
    const known = servers.get(key);
    if (known) return known;
    const opened = watchServer({ subject, rate, readCredentials, onChange: (isBack) => serverChanged(key, isBack) });
    servers.set(key, opened);
    return opened;
  };
  const ask = async (one: Watched) => {
    const { subject, server } = one;
    const before = one.queue;
    try {
      const queue = await server.ask((to) => askQueue(to, subject, count));
      one.queue = queue;
      count('DescribeTaskQueue OK');
      if (isNews(before, queue, one.urgency === 'Rest')) onChange(subject.key);
    } catch (error) {
      const { kind } = error as TemporalError;
      count(`DescribeTaskQueue ${kind}`);
      if (kind === 'RateLimited') server.namespace(subject.namespace).budget.halve(performance.now());
      if (kind === 'NamespaceNotFound') server.namespace(subject.namespace).nextAskMs = 0;
    } finally {
      const staleMs = one.queue && staleAt(one.queue);
      const nowMs = performance.now();
      const staleAtMs = staleMs === undefined ? undefined : nowMs + (staleMs - Date.now());
      one.nextAskMs = nextAsk({ ...one, nowMs, staleAtMs, random: Math.random() });
    }
  };
  const timer = setInterval(() => {
    const now = performance.now();
    for (const server of servers.values()) server.tick(now);
    const due = [...watched.values()].filter((one) => !one.isAsking && one.nextAskMs <= now && isAskable(one));
    for (const one of due.sort(byUrgency)) {
      if (underWay >= askedAtATime) return;
      if (!one.server.namespace(one.subject.namespace).budget.take(now)) continue;
      one.isAsking = true;
      underWay++;
      ask(one).finally(() => {
        one.isAsking = false;
        underWay--;
      });
    }
  }, tickMs);
  return {
    counts,
    set: (subject) => {
      const known = watched.get(subject.key);
      if (known && isSameSubject(known.subject, subject)) return;
      const server = serverOf(subject);
      server.namespace(subject.namespace);
      const now = performance.now();
      const start = { urgency: 'RollOut', urgentSinceMs: now, nextAskMs: now + firstAskMs } as const;
      watched.set(subject.key, { subject, serverKey: serverKey(subject), server, isAsking: false, queue: undefined, ...start });
    },
    remove: (key) => {
      watched.delete(key);
    },
    setUrgency: (key, urgency) => {
      const one = watched.get(key);
      if (!one || one.urgency === urgency) return;
      const now = performance.now();
      one.urgency = urgency;
      one.urgentSinceMs = now;
      one.nextAskMs = urgency === 'RollOut' ? Math.min(one.nextAskMs, now + firstAskMs) : one.nextAskMs;
      if (urgency === 'Rest') one.nextAskMs = now + firstRest(Math.random());
    },
    seen: (key) => {
      const one = watched.get(key);
      if (!one) return;
      const { subject, server, queue } = one;
      const { seen: namespaceState } = server.namespace(subject.namespace);
      const { address, namespace, taskQueue } = subject;
      return { address, namespace, taskQueue, server: server.seen(), ...(namespaceState && { namespaceState }), ...(queue && { queue }) };
    },
    oldestAnswerMs: () => {
      const times = [...watched.values()].flatMap(({ queue }) => (queue ? [Date.parse(queue.askedAt)] : []));
      return times.length === 0 ? 0 : Math.max(Date.now() - times.reduce((a, b) => Math.min(a, b)), 0);
    },
    close: () => {
      clearInterval(timer);
      for (const server of servers.values()) server.close();
    },
  };
}

/** Of a server that fails only its health is asked. */
function isAskable({ server, subject }: Watched): boolean {
  const state = server.namespace(subject.namespace).seen?.state;
  return server.seen().state === 'Answers' && state !== undefined && state !== 'NotFound' && state !== 'Forbidden';
}

const rank = { RollOut: 0, Settling: 1, Rest: 2 } as const;

function byUrgency(a: Watched, b: Watched): number {
  return rank[a.urgency] - rank[b.urgency] || a.nextAskMs - b.nextAskMs;
}

/** Activity pollers count only where no workflow poller does. */
async function askQueue(server: TemporalServer, { namespace, taskQueue }: Subject, count: (name: string) => void): Promise<SeenQueue> {
  const { pollers, ...rest } = await server.askQueue(namespace, taskQueue, 'workflow');
  if (pollers.some(({ lastAccess }) => isFresh(lastAccess, rest.askedAt))) return { ...rest, workflowPollers: pollers };
  count('DescribeTaskQueue OK');
  const { pollers: activityPollers } = await server.askQueue(namespace, taskQueue, 'activity');
  return { ...rest, workflowPollers: pollers, activityPollers };
}

function isSameSubject(a: Subject, b: Subject): boolean {
  return serverKey(a) === serverKey(b) && a.namespace === b.namespace && a.taskQueue === b.taskQueue;
}
