/** A watch of Temporal as the sidecar has it, and cheap workers for it: long polls under an identity. */

import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { SeenTemporal } from '../../src/sidecar/observation.ts';
import type { Subject } from '../../src/temporal/subject.ts';
import { openTemporalWatch, type TemporalWatch, type TemporalWatchOptions } from '../../src/temporal/temporal-watch.ts';
import { type FaultyProxy, startFaultyProxy } from '../testbed/faulty-proxy.ts';
import { startTemporalGateway, type TemporalGateway } from '../testbed/temporal-gateway.ts';
import { until } from '../testbed/until.ts';

export interface Watching {
  readonly watch: TemporalWatch;
  /** What was told so far, in order, with what was to be seen then. */
  readonly changes: readonly Change[];
  /** Waits until this is to be seen of a Process, and gives it and when it was told. */
  whenSeen(key: string, isSo: (seen: SeenTemporal) => boolean, limitMs?: number): Promise<Change>;
  count(method: string, result: string): number;
}

export interface Change {
  readonly key: string;
  readonly seen: SeenTemporal;
  /** `performance.now()` */
  readonly atMs: number;
}

/** Does the work with a watch that is closed afterwards. Each change is looked at at once, as by a sidecar that has time. */
export async function watching<T>(work: (watching: Watching) => Promise<T>, options: Partial<TemporalWatchOptions> = {}): Promise<T> {
  const changes: Change[] = [];
  const wants = new Map<string, Parameters<TemporalWatch['setUrgency']>>();
  const look = (key: string) => opened.setUrgency(...(wants.get(key) ?? [key, 'RollOut']));
  const opened = openTemporalWatch({
    rate: 50,
    readCredentials: async () => ({}),
    onChange: (key) => {
      changes.push({ key, seen: opened.seen(key)!, atMs: performance.now() });
      setImmediate(look, key);
    },
    ...options,
  });
  const watch: TemporalWatch = {
    ...opened,
    setUrgency: (...want) => {
      wants.set(want[0], want);
      opened.setUrgency(...want);
    },
  };
  const whenSeen: Watching['whenSeen'] = async (key, isSo, limitMs = 10_000) => {
    const fits = (seen: SeenTemporal | undefined) => seen !== undefined && isSo(seen);
    await until({ what: `a change of ${key}`, look: () => watch.seen(key), isSo: fits, limitMs });
    return changes.filter((change) => change.key === key && fits(change.seen)).at(-1)!;
  };
  const count = (method: string, result: string) => watch.counts.get(`${method} ${result}`) ?? 0;
  try {
    return await work({ watch, changes, whenSeen, count });
  } finally {
    watch.close();
  }
}

/** Does the work with a proxy in front of the server, that is stopped afterwards. */
export async function withProxy(address: string, work: (proxy: FaultyProxy) => Promise<void>): Promise<void> {
  const proxy = await startFaultyProxy(address);
  try {
    await work(proxy);
  } finally {
    await proxy.stop();
  }
}

/** Does the work with a gateway without TLS in front of the server, that is stopped afterwards. */
export async function withGateway(address: string, work: (gateway: TemporalGateway) => Promise<void>): Promise<void> {
  const gateway = await startTemporalGateway(address, { tls: false });
  try {
    await work(gateway);
  } finally {
    await gateway.stop();
  }
}

export function subjectFor(address: string, more: Partial<Subject> = {}): Subject {
  return { key: 'sales/l2o', address, namespace: 'sales', taskQueue: 'l2o-tq', ...more };
}

export interface PollerOptions {
  readonly address: string;
  readonly identity: string;
  readonly namespace?: string;
  readonly taskQueue?: string;
  readonly type?: 'workflow' | 'activity';
  readonly version?: { readonly deploymentName: string; readonly buildId: string };
}

export interface Poller {
  stop(): Promise<void>;
}

/** Polls again and again, as a worker does, whatever happens to the server. */
export function startPoller({ address, identity, namespace = 'sales', taskQueue = 'l2o-tq', type, version }: PollerOptions): Poller {
  const channelArgs = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
  const connection = Connection.lazy({ address, interceptors: [], channelArgs });
  const deploymentOptions = version && { ...version, workerVersioningMode: 2 };
  const request = { namespace, taskQueue: { name: taskQueue }, identity, ...(deploymentOptions && { deploymentOptions }) };
  const stopping = new AbortController();
  const poll = (): Promise<unknown> =>
    type === 'activity'
      ? connection.workflowService.pollActivityTaskQueue(request)
      : connection.workflowService.pollWorkflowTaskQueue(request);
  // A poll that is under way keeps a connection from closing.
  const pollOnce = () => connection.withAbortSignal(stopping.signal, () => connection.withDeadline(Date.now() + 70_000, poll));
  const loop = async () => {
    while (!stopping.signal.aborted) await pollOnce().catch(() => delay(stopping.signal.aborted ? 0 : 100));
  };
  const ended = loop();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
      await connection.close();
    },
  };
}
