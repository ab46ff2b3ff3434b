/** Events about Processes. They are for people to read: what cannot be written is dropped, and one that repeats is counted, not repeated. */
import { randomBytes } from 'node:crypto';
import { tool } from '../names.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import { sha256 } from '../sha256.ts';
import type { Call, Kube } from './connect.ts';
import { isFailure } from './failure.ts';
import { slots } from './slots.ts';
import { tokenBuckets } from './token-buckets.ts';

export interface EventWords {
  readonly type: 'Normal' | 'Warning';
  /** One word for a machine. */
  readonly reason: string;
  /** What was done or judged. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorder {
  /** Returns at once, and never throws. */
  record(regarding: Resource, words: EventWords): void;
  /** Waits for those under way, no longer than `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

export interface EventsOptions {
  readonly kube: Pick<Kube, 'request'>;
  /** This replica. */
  readonly instance: string;
}

interface Series {
  readonly name: string;
  count: number;
  at: number;
  /** Writes of one series come one after the other: the last one has the highest count. */
  written: Promise<void>;
  isQueued: boolean;
}

/** A turn comes, for each write has a deadline. */
const whenever = new AbortController().signal;

const reportingController = `ameide.io/${tool}`;
/** Identical ones within this time are one series. */
const seriesMs = 10 * 60_000;
/** What the API server takes. */
const longestNote = 1024;
const longestInstance = 128;
/** Of events that wait to be written: an outage of everything is told by the first of them. */
const mostWaiting = 200;
/** Statuses matter more: while a thousand of those are written, Events take few of the turns. */
const atATime = 1;
/** An object that flaps writes so many at once, and then one in so long, as client-go's recorder does. */
const perObject = { burst: 25, refillMs: 5 * 60_000 };

export function openEvents({ kube, instance }: EventsOptions): EventRecorder {
  /** The one that was told of last comes last. */
  const allSeries = new Map<string, Series>();
  const underWay = new Set<Promise<void>>();
  const buckets = tokenBuckets(perObject);
  const turns = slots(() => atATime);
  const write = async (call: Call) => {
    const free = await turns.take(whenever);
    try {
      await kube.request(call);
    } finally {
      free();
    }
  };
  const putLast = (key: string, series: Series) => {
    allSeries.delete(key);
    allSeries.set(key, series);
  };
  const forgetOld = (now: number) => {
    for (const [key, { at }] of allSeries) {
      if (now - at <= seriesMs) return;
      allSeries.delete(key);
    }
  };
  const create = (key: string, { regarding, words }: Told) => {
    const name = eventName(regarding);
    const body = eventOf({ name, regarding, words, instance });
    // What is not there cannot be counted on.
    const written = write({ method: 'POST', path: pathOf(regarding), body }).catch(() => void allSeries.delete(key));
    putLast(key, { name, count: 1, at: performance.now(), written, isQueued: false });
    return written;
  };
  const count = (key: string, series: Series, told: Told) => {
    series.count++;
    series.at = performance.now();
    putLast(key, series);
    if (series.isQueued) return series.written;
    series.isQueued = true;
    series.written = series.written.then(async () => {
      series.isQueued = false;
      const path = `${pathOf(told.regarding)}/${series.name}`;
      const body = { series: { count: series.count, lastObservedTime: microTime() } };
      try {
        await write({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
      } catch (error) {
        // Events live for an hour; a series may live longer.
        if (isFailure(error, 'NotFound') && allSeries.get(key) === series) await create(key, told);
      }
    });
    return series.written;
  };
  const record = (regarding: Resource, words: EventWords) => {
    forgetOld(performance.now());
    const uid = String(valueAt(regarding, 'metadata', 'uid'));
    if (underWay.size >= mostWaiting || !buckets.take(uid)) return;
    const key = JSON.stringify([uid, words.type, words.reason, words.action, words.note]);
    const known = allSeries.get(key);
    const told = { regarding: referenceTo(regarding), words };
    const sending = (known ? count(key, known, told) : create(key, told)).finally(() => underWay.delete(sending));
    underWay.add(sending);
  };
  const flush = async (limitMs: number) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([Promise.all(underWay), late]);
    clearTimeout(timer);
  };
  return { record, flush };
}

export interface OneEvent {
  readonly regarding: Resource;
  readonly words: EventWords;
  /** What tells it from others about the same object: the same for the same occasion, whoever tells of it and however often. */
  readonly occasion: string;
  /** This pod, or machine. */
  readonly instance: string;
}

/** One Event for one occasion, though it is told of again after a crash. Throws a KubeFailure. */
export async function recordOnce(kube: Pick<Kube, 'request'>, { regarding, words, occasion, instance }: OneEvent): Promise<void> {
  const uid = String(valueAt(regarding, 'metadata', 'uid'));
  const name = eventName(regarding, sha256(`${uid}\n${occasion}`).slice(0, 16));
  try {
    await kube.request({
      method: 'POST',
      path: pathOf(regarding),
      body: eventOf({ name, regarding: referenceTo(regarding), words, instance }),
    });
  } catch (error) {
    if (!isFailure(error, 'Conflict')) throw error;
  }
}

interface Told {
  readonly regarding: Resource;
  readonly words: EventWords;
}

/** The whole object is not held while the event waits. */
function referenceTo(regarding: Resource): Resource {
  const { apiVersion, kind } = regarding;
  const metadata = { name: nameOf(regarding), namespace: namespaceOf(regarding), uid: valueAt(regarding, 'metadata', 'uid') };
  return { apiVersion, kind, metadata };
}

interface EventParts extends Told {
  readonly name: string;
  readonly instance: string;
}

function eventOf({ name, regarding, words, instance }: EventParts): object {
  const { apiVersion, kind, metadata } = regarding;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: namespaceOf(regarding) },
    eventTime: microTime(),
    reportingController,
    reportingInstance: instance.slice(0, longestInstance),
    regarding: { apiVersion, kind, ...(metadata as object) },
    ...words,
    note: cut(words.note),
  };
}

function pathOf(regarding: Resource): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespaceOf(regarding)}/events`;
}

/** Begins as the object's name, as kubectl's users expect; a name that was cut must still be one. */
function eventName(regarding: Resource, end = randomBytes(8).toString('hex')): string {
  return `${nameOf(regarding)
    .slice(0, 200)
    .replace(/[-.]+$/, '')}.${end}`;
}

/** The limit is in bytes, and no character is halved. */
function cut(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  return `${bytes
    .subarray(0, longestNote - 3)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
