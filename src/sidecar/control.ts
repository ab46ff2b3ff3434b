/** The second arrow at work: watch → observe → decide → patch → act, for every Process, from when this replica leads until it stops. */
import type { DefinitionSource } from '../definition/source.ts';
import type { Kube } from '../kube/connect.ts';
import { openEvents } from '../kube/events.ts';
import { openTemporalWatch, type TemporalWatch } from '../temporal/temporal-watch.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { act } from './drain/act.ts';
import { openDrainLooks } from './drain/look.ts';
import { isDrained } from './drain/wanted.ts';
import { openFirstLooks } from './first-looks.ts';
import { openGuards } from './guard/put-on.ts';
import { lanes } from './lanes.ts';
import type { Log } from './log.ts';
import { newestVersions } from './newest-versions.ts';
import type { World } from './observe.ts';
import { patcher } from './patch.ts';
import { readCredentials } from './read-credentials.ts';
import { reconcile } from './reconcile.ts';
import type { Tally } from './tally.ts';
import { excerpt } from './words.ts';

export interface ControlOptions {
  readonly kube: Kube;
  readonly log: Log;
  readonly tally: Tally;
  /** Undefined: all of them. */
  readonly namespaces: readonly string[] | undefined;
  /** Questions to Temporal in a second, for each of its namespaces. */
  readonly temporalRate: number;
  /** Undefined: nobody is asked for newer versions. */
  readonly source: DefinitionSource | undefined;
  readonly sourceIntervalMs: number;
  readonly isLeader: () => boolean;
  /** This replica, as Events name it. */
  readonly instance: string;
}

export interface Control {
  readonly cluster: Cluster;
  readonly temporal: TemporalWatch;
  newestVersionOf(key: string): number | undefined;
  queueDepth(): number;
  /** What is under way is finished; nothing new is begun. */
  stop(): Promise<void>;
}

/** Processes that are worked on at a time, drains aside. */
const concurrency = 16;
/** Drains that are looked at at a time: mostly they wait for Temporal, and those that wait together share questions. */
const drainsAtATime = 200;
/** A start, or an apply of many, is over sooner; Temporal's own limits bear bursts of more than that. */
const burstOf = (rate: number) => 2 * rate;
/** Of the two seconds in which the sidecar ends. */
const flushMs = 500;

export function startControl(options: ControlOptions): Control {
  const { kube, log, tally, namespaces, source, sourceIntervalMs } = options;
  const early = new Set<string>();
  let isOpen = false;
  const look = (key: string) => {
    if (isOpen) queue.add(key);
    else early.add(key);
  };
  const onError = (object: string, error: unknown) => log.error('an object could not be taken in', { object, error: String(error) });
  const cluster = openCluster({ kube, namespaces, onChange: look, onError });
  const temporal = openTemporalWatch({
    rate: options.temporalRate,
    burst: burstOf(options.temporalRate),
    readCredentials: (subject) => readCredentials(kube, subject),
    onChange: look,
    lookWaitMs: () => queue.waitMs(),
  });
  const events = openEvents({ kube, instance: options.instance });
  const onFailure = (message: string) => log.warn('the definition source was asked in vain', { message });
  const newest = source && newestVersions({ source, intervalMs: sourceIntervalMs, onChange: look, onFailure });
  const world: World = {
    cluster,
    temporal,
    newest,
    firstLooks: openFirstLooks({ nowMs: () => performance.now(), inLine: () => temporal.waiting() }),
    guards: openGuards({ kube, cluster, log, isLeader: options.isLeader, nowMs: () => performance.now() }),
    drains: openDrainLooks(cluster, temporal),
  };
  const { drains } = world;
  const actor = { kube, cluster, temporal, drains, log, isLeader: options.isLeader };
  const patch = patcher({ kube, cluster, events, log, tally, isLeader: options.isLeader });
  const queue = lanes({
    concurrency,
    slowConcurrency: drainsAtATime,
    isSlow: (key) => isDrained(cluster.processes.get(key)),
    work: (key) => tally.timed(() => reconcile(key, world, { patch, act: (process, effects) => act(process, effects, actor) })),
    onError: (key, error) => {
      tally.failed();
      log.error('a status could not be written; trying again', {
        process: key,
        error: excerpt(error instanceof Error ? error.message : String(error), 500),
      });
    },
  });
  // Decided too early, a Process would seem to lack what was only not listed yet.
  cluster.whenSynced.then(() => {
    isOpen = true;
    // The lists leave several megabytes, which would stay until as many are needed again.
    globalThis.gc?.();
    log.info('synced', { processes: cluster.processes.size });
    for (const key of early) queue.add(key);
    early.clear();
  });
  return {
    cluster,
    temporal,
    newestVersionOf: (key) => newest?.of(key),
    queueDepth: () => queue.depth() + early.size,
    stop: async () => {
      cluster.stop();
      newest?.stop();
      await queue.stop();
      await events.flush(flushMs);
      temporal.close();
    },
  };
}
