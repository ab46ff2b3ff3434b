/** The metrics of the sidecar's own work and health. One row each; README's table is generated from these. */
import type { Kube } from '../kube/connect.ts';
import type { Control } from './control.ts';
import type { Metric, Sample } from './metric.ts';
import type { Tally } from './tally.ts';

export interface OwnWork {
  readonly kube: Kube;
  readonly tally: Tally;
  isLeader(): boolean;
  /** Undefined: this replica does not lead. */
  control(): Control | undefined;
}

export const ownMetrics: readonly Metric<OwnWork>[] = [
  {
    name: 'process_sidecar_leader',
    help: 'Whether this replica leads.',
    labels: [],
    read: (work) => one(work.isLeader() ? 1 : 0),
  },
  {
    name: 'process_sidecar_processes',
    help: 'Processes that are watched.',
    labels: [],
    read: (work) => one(work.control()?.cluster.processes.size ?? 0),
  },
  {
    name: 'process_sidecar_queue_depth',
    help: 'Processes that wait to be looked at.',
    labels: [],
    read: (work) => one(work.control()?.queueDepth() ?? 0),
  },
  {
    name: 'process_sidecar_looks_total',
    help: 'How often a Process was looked at.',
    labels: [],
    read: ({ tally }) => one(tally.counts.looks),
  },
  {
    name: 'process_sidecar_look_seconds_total',
    help: 'Time that took, writes included.',
    labels: [],
    read: ({ tally }) => one(tally.counts.lookSeconds),
  },
  {
    name: 'process_sidecar_status_writes_total',
    help: 'Statuses that were written, that failed to be, or whose Process was gone or had changed meanwhile.',
    labels: ['result'],
    read: ({ tally: { counts } }) => [
      { labels: { result: 'written' }, value: counts.written },
      { labels: { result: 'failed' }, value: counts.failures },
      { labels: { result: 'superseded' }, value: counts.superseded },
    ],
  },
  {
    name: 'process_sidecar_kube_requests_total',
    help: 'Requests to the API server.',
    labels: ['method', 'resource', 'code'],
    read: ({ kube }) => counted(kube.counts, ['method', 'resource', 'code']),
  },
  {
    name: 'process_sidecar_watches',
    help: 'Watches by their state.',
    labels: ['resource', 'state'],
    read: watchStates,
  },
  {
    name: 'process_sidecar_temporal_requests_total',
    help: 'Questions to Temporal.',
    labels: ['method', 'result'],
    read: (work) => counted(work.control()?.temporal.counts ?? new Map(), ['method', 'result']),
  },
  {
    name: 'process_sidecar_temporal_oldest_answer_seconds',
    help: 'Age of the oldest answer about a task queue; it grows when there are more queues than the budget allows.',
    labels: [],
    read: (work) => one((work.control()?.temporal.oldestAnswerMs() ?? 0) / 1000),
  },
  {
    name: 'process_sidecar_temporal_line_depth',
    help: 'Task queues that are due to be asked about, and wait for the budget of their Temporal namespace or for their server.',
    labels: [],
    read: (work) => one(work.control()?.temporal.waiting() ?? 0),
  },
  {
    name: 'process_sidecar_temporal_budget_waits_total',
    help: 'How often the budget of a Temporal namespace, or that of all of them, made a question wait.',
    labels: [],
    read: (work) => one(work.control()?.temporal.budgetWaits() ?? 0),
  },
];

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

/** Counts by names of several words: one label each. */
function counted(counts: ReadonlyMap<string, number>, labels: readonly string[]): Sample[] {
  return [...counts].map(([name, value]) => {
    const words = name.split(' ');
    return { labels: Object.fromEntries(labels.map((label, at) => [label, words[at] ?? ''])), value };
  });
}

function watchStates(work: OwnWork): Sample[] {
  const states = new Map<string, number>();
  for (const { resource, watch } of work.control()?.cluster.watches ?? []) {
    const name = `${resource} ${watch.state().kind}`;
    states.set(name, (states.get(name) ?? 0) + 1);
  }
  return counted(states, ['resource', 'state']);
}
