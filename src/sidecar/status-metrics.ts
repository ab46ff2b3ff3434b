/** The metrics of Processes: what their statuses say, as numbers. One row each; README's table is generated from these. */
import type { Track } from '../names.ts';
import { nameOf, namespaceOf, type Resource, valueAt } from '../resource.ts';
import { areChecksSuspended, wantedChecks } from '../sla/status.ts';
import type { Metric, Sample } from './metric.ts';
import type { SeenBacklog, SeenPod } from './observation.ts';
import { livePollers } from './pollers.ts';
import { previousConditions } from './previous.ts';
import type { Watched } from './watched.ts';

/** In the order in which they are read best. */
export const statusMetrics: readonly Metric<Watched>[] = [
  {
    name: 'process_condition',
    help: 'Conditions of each Process: 1 for the status that a condition has.',
    labels: ['namespace', 'process', 'type', 'status'],
    read: (watched) => each(watched, conditions),
  },
  {
    name: 'process_definition_version',
    help: 'Version of the definition that the pods mount.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (process) => number(valueAt(process, 'status', 'definition', 'version'))),
  },
  {
    name: 'process_definition_pinned_version',
    help: 'Version of the definition that the spec pins; of the canary, where it tries another.',
    labels: ['namespace', 'process', 'track'],
    read: (watched) => each(watched, pinnedVersions),
  },
  {
    name: 'process_definition_newest_version',
    help: 'Newest version at the definition source, where one is configured.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (_, key) => number(watched.newestVersionOf(key))),
  },
  {
    name: 'process_workers_desired',
    help: 'Worker pods that should run.',
    labels: ['namespace', 'process', 'track'],
    read: (watched) => each(watched, (process) => workers(process, 'desired')),
  },
  {
    name: 'process_workers_ready',
    help: 'Worker pods that are ready.',
    labels: ['namespace', 'process', 'track'],
    read: (watched) => each(watched, (process) => workers(process, 'ready')),
  },
  {
    name: 'process_pollers_live',
    help: 'Pollers of the task queue that are live workers of the Process, when it was last asked.',
    labels: ['namespace', 'process', 'track'],
    read: (watched) => each(watched, (process, key) => pollersOf(watched, process, key)),
  },
  {
    name: 'process_queue_answer_age_seconds',
    help: 'How long ago Temporal last answered about the task queue.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (_, key) => number(ageOf(watched, watched.temporalOf(key)?.queue?.askedAt))),
  },
  {
    name: 'process_queue_backlog_tasks',
    help: 'Tasks of the queue that wait for a worker, about; those of workflows that were terminated are among them until somebody polls.',
    labels: ['namespace', 'process', 'queue_type'],
    read: (watched) => each(watched, (_, key) => backlogs(watched, key, ({ tasks }) => tasks)),
  },
  {
    name: 'process_queue_backlog_age_seconds',
    help: 'How long the oldest of them has waited.',
    labels: ['namespace', 'process', 'queue_type'],
    read: (watched) => each(watched, (_, key) => backlogs(watched, key, ({ ageSeconds }) => ageSeconds)),
  },
  {
    name: 'process_queue_backlog_answer_age_seconds',
    help: 'How long ago Temporal last answered about that; activities are asked about less often, the more Processes there are.',
    labels: ['namespace', 'process', 'queue_type'],
    read: (watched) => each(watched, (_, key) => backlogs(watched, key, ({ askedAt }) => ageOf(watched, askedAt))),
  },
  {
    name: 'process_running_workflows',
    help: 'Workflows of the task queue that run, when they were last counted.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (_, key) => number(watched.temporalOf(key)?.running?.count)),
  },
  {
    name: 'process_running_workflows_answer_age_seconds',
    help: 'How long ago that was; every five minutes, and less often the more Processes there are.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (_, key) => number(ageOf(watched, watched.temporalOf(key)?.running?.askedAt))),
  },
  {
    name: 'process_drain_started_timestamp_seconds',
    help: 'When the drain began that is on.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (process) => time(valueAt(process, 'status', 'drain', 'since'))),
  },
  {
    name: 'process_drain_deadline_timestamp_seconds',
    help: 'When the timeout of the drain that is on is over.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (process) => time(valueAt(process, 'status', 'drain', 'deadline'))),
  },
  {
    name: 'process_drain_running_workflows',
    help: 'Workflows of the task queue that still ran when the drain that is on looked last.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (process) => number(valueAt(process, 'status', 'drain', 'remaining'))),
  },
  {
    name: 'process_drain_late_workflows',
    help: 'Of them, those that somebody started after the drain began.',
    labels: ['namespace', 'process'],
    read: (watched) => each(watched, (process) => number(valueAt(process, 'status', 'drain', 'startedSince'))),
  },
  {
    name: 'process_sla_breaching_workflows',
    help: 'Workflows that ran for longer than an SLA check allows when it looked last; not told while the Process is drained, which suspends its checks.',
    labels: ['namespace', 'process', 'check', 'severity'],
    read: (watched) => each(watched, (process) => goingChecks(process, ({ breaching }) => breaching)),
  },
  {
    name: 'process_sla_breaches_total',
    help: 'Breaches that an SLA check reported, each once.',
    labels: ['namespace', 'process', 'check', 'severity'],
    read: (watched) => each(watched, (process) => slaChecks(process, ({ reported }) => reported)),
  },
  {
    name: 'process_sla_check_age_seconds',
    help: 'How long ago an SLA check looked last; not told while the Process is drained.',
    labels: ['namespace', 'process', 'check', 'severity'],
    read: (watched) => each(watched, (process) => goingChecks(process, ({ checkedAt }) => ageOf(watched, checkedAt))),
  },
];

type Readings = readonly Sample[];

function* each(watched: Watched, read: (process: Resource, key: string) => Readings): Generator<Sample> {
  for (const [key, process] of watched.processes) {
    const labels = { namespace: namespaceOf(process), process: nameOf(process) };
    for (const sample of read(process, key)) yield { labels: { ...labels, ...sample.labels }, value: sample.value };
  }
}

function number(value: unknown): Readings {
  return typeof value === 'number' && !Number.isNaN(value) ? [{ labels: {}, value }] : [];
}

/** Seconds since 1970, as Prometheus counts. */
function time(value: unknown): Readings {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? [] : number(ms / 1000);
}

function conditions({ status }: Resource): Readings {
  return [...previousConditions(status).values()].map((one) => ({ labels: { type: one.type, status: one.status }, value: 1 }));
}

/** Of the stable workers, and of the canary's where there are some. */
function workers(process: Resource, field: 'desired' | 'ready'): Readings {
  const stable = number(valueAt(process, 'status', 'workers', field));
  return [...ofTrack('stable', stable), ...ofTrack('canary', number(valueAt(process, 'status', 'workers', 'canary', field)))];
}

function pinnedVersions({ spec }: Resource): Readings {
  const [stable, canary] = [valueAt(spec, 'definitionRef', 'pin', 'version'), valueAt(spec, 'rollout', 'canary', 'pin', 'version')];
  return [...ofTrack('stable', number(stable)), ...ofTrack('canary', number(canary))];
}

function pollersOf(watched: Watched, process: Resource, key: string): Readings {
  const queue = watched.temporalOf(key)?.queue;
  if (!queue) return [];
  const [stable, canary] = [undefined, 'canary'].map((track) => watched.podsOf(process).filter((pod) => pod.track === track));
  const live = (pods: readonly SeenPod[], others: readonly SeenPod[]) => number(livePollers(queue, pods, others).pollers.length);
  return [...ofTrack('stable', live(stable!, canary!)), ...(canary!.length > 0 ? ofTrack('canary', live(canary!, stable!)) : [])];
}

function ofTrack(track: Track, readings: Readings): Readings {
  return readings.map(({ labels, value }) => ({ labels: { ...labels, track }, value }));
}

/** In seconds. */
function ageOf(watched: Watched, askedAt: unknown): number | undefined {
  return typeof askedAt !== 'string' ? undefined : Math.max(watched.nowMs() - Date.parse(askedAt), 0) / 1000;
}

function backlogs(watched: Watched, key: string, read: (backlog: SeenBacklog) => number | undefined): Readings {
  const { workflow, activity } = watched.temporalOf(key)?.queue?.backlog ?? {};
  return Object.entries({ workflow, activity }).flatMap(([queue_type, backlog]) =>
    number(backlog && read(backlog)).map(({ value }) => ({ labels: { queue_type }, value })),
  );
}

function goingChecks(process: Resource, read: (found: Resource) => unknown): Readings {
  return areChecksSuspended(process) ? [] : slaChecks(process, read);
}

function slaChecks(process: Resource, read: (found: Resource) => unknown): Readings {
  return wantedChecks(process).flatMap(({ found = {} }) => {
    const labels = { check: String(found.name), severity: String(found.severity ?? '') };
    return number(read(found)).map(({ value }) => ({ labels, value }));
  });
}
