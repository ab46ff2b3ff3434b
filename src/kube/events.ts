/** Events about Processes. They are for people to read: what cannot be written is dropped, and one that repeats is counted, not repeated. */
import { randomBytes } from 'node:crypto';
import { tool } from '../names.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import type { Kube } from './connect.ts';

export interface EventWords {
  readonly type: 'Normal' | 'Warning';
  /** One word for a machine. */
  readonly reason: string;
  /** What was done or judged. */
  readonly action: string;
  readonly note: string;
}

export interface EventRecorder {
  /** Returns at once. */
  record(regarding: Resource, words: EventWords): void;
  /** Waits for those under way, no longer than `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

export interface EventsOptions {
  readonly kube: Kube;
  /** This replica. */
  readonly instance: string;
}

interface Series {
  readonly name: string;
  count: number;
  at: number;
}

const reportingController = `ameide.io/${tool}`;
const seriesMs = 10 * 60_000;
const longestNote = 1024;
/** Of events that wait to be written: an outage of everything is told by the first of them. */
const mostWaiting = 200;

export function openEvents({ kube, instance }: EventsOptions): EventRecorder {
  const series = new Map<string, Series>();
  const underWay = new Set<Promise<unknown>>();
  const forgetOld = (now: number) => {
    for (const [key, { at }] of series) if (now - at > seriesMs) series.delete(key);
  };
  const send = (regarding: Resource, words: EventWords) => {
    const now = Date.now();
    forgetOld(now);
    const namespace = namespaceOf(regarding);
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    const key = JSON.stringify([valueAt(regarding, 'metadata', 'uid'), words.reason, words.action, words.note]);
    const known = series.get(key);
    if (known) {
      known.count++;
      known.at = now;
      const body = { series: { count: known.count, lastObservedTime: microTime(now) } };
      return kube.request({ method: 'PATCH', path: `${path}/${known.name}`, body, contentType: 'application/merge-patch+json' });
    }
    const name = `${nameOf(regarding).slice(0, 200)}.${randomBytes(6).toString('hex')}`;
    series.set(key, { name, count: 1, at: now });
    return kube.request({ method: 'POST', path, body: eventOf({ name, namespace, regarding, words, now, instance }) });
  };
  return {
    record: (regarding, words) => {
      if (underWay.size >= mostWaiting) return;
      const sending = send(regarding, words).catch(() => {});
      underWay.add(sending);
      sending.finally(() => underWay.delete(sending));
    },
    flush: async (limitMs) => {
      const late = new Promise((resolve) => setTimeout(resolve, limitMs).unref());
      await Promise.race([Promise.all(underWay), late]);
    },
  };
}

interface EventParts {
  readonly name: string;
  readonly namespace: string;
  readonly regarding: Resource;
  readonly words: EventWords;
  readonly now: number;
  readonly instance: string;
}

function eventOf({ name, namespace, regarding, words, now, instance }: EventParts): object {
  const { apiVersion, kind } = regarding;
  const uid = valueAt(regarding, 'metadata', 'uid');
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace },
    eventTime: microTime(now),
    reportingController,
    reportingInstance: instance,
    regarding: { apiVersion, kind, name: nameOf(regarding), namespace, uid },
    ...words,
    note: words.note.slice(0, longestNote),
  };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
