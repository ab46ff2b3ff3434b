/** What happened to a Process and its workers lately: Events, each thing once, newest last. Pure. */
import { type Resource, valueAt } from '../resource.ts';
import { excerpt } from '../sidecar/words.ts';

export interface Happening {
  /** The last time, ISO 8601. */
  readonly at: string;
  readonly times: number;
  readonly type: 'Normal' | 'Warning';
  /** `Process`, `Deployment`, `ReplicaSet` or `Pod`. */
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

const most = 10;

/** `events` of core/v1, as kubectl describes with. */
export function happenings(events: readonly Resource[]): Happening[] {
  const found = new Map<string, Happening>();
  for (const one of events.map(read)) {
    const key = JSON.stringify([one.kind, one.name, one.type, one.reason, sameWords(one)]);
    const known = found.get(key);
    found.set(key, known ? merged(known, one) : one);
  }
  return [...found.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.message < b.message ? -1 : 1)).slice(-most);
}

function read(event: Resource): Happening {
  const times = Number(valueAt(event, 'series', 'count') ?? event.count ?? 1);
  return {
    at: timeIn(valueAt(event, 'series', 'lastObservedTime'), event.lastTimestamp, event.eventTime, event.firstTimestamp, createdAt(event)),
    times: Math.max(times || 1, 1),
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    kind: text(valueAt(event, 'involvedObject', 'kind'), 80),
    name: text(valueAt(event, 'involvedObject', 'name'), 80),
    reason: text(event.reason, 80),
    message: text(event.message, 400),
  };
}

const createdAt = (event: Resource) => valueAt(event, 'metadata', 'creationTimestamp');

/** The first that is one. */
function timeIn(...values: readonly unknown[]): string {
  const found = values.find((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
  return typeof found === 'string' ? found : '1970-01-01T00:00:00Z';
}

/** A trouble that goes on has other numbers each time: `back-off 2s`, `back-off 4s`. */
function sameWords({ type, message }: Happening): string {
  return type === 'Warning' ? message.replace(/\d+/g, '0') : message;
}

function merged(a: Happening, b: Happening): Happening {
  const last = Date.parse(a.at) > Date.parse(b.at) ? a : b;
  return { ...last, times: a.times + b.times };
}

function text(value: unknown, limit: number): string {
  return typeof value === 'string' ? excerpt(value, limit) : '';
}
