/** The statuses of live Processes, as a watch tells them: what each says now, and everything that it ever said. */
import { isObject } from '../../src/resource.ts';
import type { KubeObject, Server } from '../testbed/api.ts';
import { watch } from '../testbed/node/watch.ts';
import { until } from '../testbed/until.ts';

export interface LiveStatus {
  readonly observedGeneration?: number;
  readonly definition?: { readonly version: number; readonly checksum: string; readonly configMap: string };
  readonly workers?: { readonly summary: string };
  /** `Ready`: `True AllReady: …` */
  readonly conditions: Readonly<Record<string, string>>;
  readonly generation: number;
  /** When it was seen, in milliseconds since 1970. */
  readonly at: number;
}

/** By condition how it reads, such as `/^False NoPollers: /`; null: it is absent. */
export type Expected = Readonly<Record<string, RegExp | null>>;

export interface LiveStatuses {
  /** Oldest first, and only those that differ from the one before. Empty: there is no such Process. */
  of(name: string): readonly LiveStatus[];
  /** Resolves with the first status that reads so, of those from now on. */
  untilSays(name: string, expected: Expected, limitMs?: number): Promise<LiveStatus>;
  stop(): void;
}

export function followStatuses(server: Server, namespace: string): LiveStatuses {
  const histories = new Map<string, LiveStatus[]>();
  const stopping = new AbortController();
  void watch<KubeObject>({
    server,
    path: `/apis/ameide.io/v1/namespaces/${namespace}/processes`,
    signal: stopping.signal,
    seen: (process) => {
      const history = histories.get(process.metadata.name) ?? [];
      histories.set(process.metadata.name, history);
      const status = statusOf(process);
      const { at: _, ...before } = history.at(-1) ?? { at: 0 };
      const { at: __, ...now } = status;
      if (JSON.stringify(before) !== JSON.stringify(now)) history.push(status);
    },
    gone: ({ metadata }) => histories.delete(metadata.name),
  });
  const of = (name: string) => histories.get(name) ?? [];
  return {
    of,
    untilSays: async (name, expected, limitMs = 90_000) => {
      const from = Math.max(of(name).length - 1, 0);
      let found: LiveStatus | undefined;
      const look = () => {
        const statuses = of(name).slice(from);
        found = statuses.find((status) => reads(status, expected));
        return statuses.map(({ at, conditions }) => [new Date(at).toISOString(), ...Object.keys(expected).map((type) => conditions[type])]);
      };
      const what = `${name} to say ${Object.entries(expected).map(([type, wanted]) => `${type} ${wanted ?? 'absent'}`)}`;
      await until({ what, look, isSo: () => found !== undefined, limitMs });
      return found!;
    },
    stop: () => stopping.abort(),
  };
}

export function reads({ conditions }: LiveStatus, expected: Expected): boolean {
  return Object.entries(expected).every(([type, wanted]) => {
    const found = conditions[type];
    return wanted === null ? found === undefined : found !== undefined && wanted.test(found);
  });
}

export function statusOf({ metadata, status: found }: KubeObject): LiveStatus {
  const status = isObject(found) ? found : {};
  const conditions = (status.conditions ?? []) as { type: string; status: string; reason: string; message: string }[];
  return {
    ...status,
    conditions: Object.fromEntries(conditions.map((one) => [one.type, `${one.status} ${one.reason}: ${one.message}`])),
    generation: Number(metadata.generation),
    at: Date.now(),
  };
}
