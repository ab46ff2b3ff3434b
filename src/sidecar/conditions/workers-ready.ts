/** WorkersReady: the workload is ready, and live pods of it poll the task queue that the Process names. */
import { env } from '../../names.ts';
import type { Reason } from '../../problem.ts';
import type { Known } from '../known.ts';
import type { SeenQueue } from '../observation.ts';
import { type LivePollers, livePollers } from '../pollers.ts';
import { firstPollMs, graceMs, pollPeriodMs } from '../timing.ts';
import { type Check, firstOf, isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { counted, excerpt, listed } from '../words.ts';
import { lastVerdict } from './last-verdict.ts';
import { credentialsRefused, graceEnd, isWithinGrace, namespaceForbidden, namespaceUnusable, silence } from './temporal-healthy.ts';
import { cannotRead } from './unreadable.ts';
import { workloadMissing } from './workload-ready.ts';

const checks: readonly Check[] = [
  cannotRead('pods'),
  misdirected,
  notLooked,
  credentialsRefused,
  silentWithinGrace,
  silent,
  namespaceForbidden,
  namespaceGone,
  queueSilent,
  queueNotLooked,
  noRouting,
  forgotten,
  awaited,
  noPollers,
  polling,
];

const aboutPollers: ReadonlySet<Reason> = new Set<Reason>(['PollersLive', 'WaitingForPollers', 'NoPollers', 'NoCurrentVersion']);

/** Where the verdict about this track's workers stands. */
function conditionOf({ track }: Known): 'WorkersReady' | 'CanaryReady' {
  return track === 'stable' ? 'WorkersReady' : 'CanaryReady';
}

export function workersReady(known: Known, workload: Verdict): Verdict {
  return workloadMissing(workload) ?? firstOf(checks, known);
}

/** What the container is told counts, not what was rendered. */
function misdirected({ seen, spec }: Known): Verdict | undefined {
  const { temporal } = spec!;
  const wanted: readonly (readonly [string, string | undefined])[] = [
    [env.namespace, temporal.namespace],
    [env.taskQueue, temporal.taskQueue],
    [env.temporalTaskQueue, temporal.taskQueue],
    [env.address, temporal.address],
  ];
  const told = seen.deployment!.env;
  const wrong = wanted.find(([name, value]) => value !== undefined && told[name] !== value);
  if (!wrong) return;
  const found = told[wrong[0]] === undefined ? 'is not set' : `is "${excerpt(told[wrong[0]]!)}"`;
  return isFalse(
    'WorkersMisdirected',
    `${wrong[0]} of the worker container ${found}, the Process has "${excerpt(wrong[1]!)}"; render again and apply`,
  );
}

function notLooked(known: Known): Verdict | undefined {
  const { temporal } = known.seen;
  if (temporal && temporal.server.state !== 'NotAsked') return;
  return standing(known, 'Temporal was not asked yet');
}

/** The last verdict about pollers; one that was about the workload says nothing of them. */
function standing(known: Known, otherwise: string): Verdict {
  const last = lastVerdict(known, conditionOf(known));
  return last && aboutPollers.has(last.reason) ? last : isUnknown('NotLookedYet', otherwise);
}

function silentWithinGrace(known: Known): Verdict | undefined {
  if (!isWithinGrace(known)) return;
  const { server } = known.seen.temporal!;
  return { ...standing(known, silence(known)), ...(server.state === 'Fails' && { until: graceEnd(server) }) };
}

function silent(known: Known): Verdict | undefined {
  const server = known.seen.temporal!.server;
  if (server.state !== 'Fails') return;
  return isUnknown(
    server.failure === 'TlsFailed' ? 'TemporalTlsFailed' : 'TemporalUnreachable',
    `pollers cannot be asked for: ${silence(known)}`,
  );
}

/** Workers of a deprecated namespace still finish what runs. */
function namespaceGone(known: Known): Verdict | undefined {
  const verdict = namespaceUnusable(known);
  return verdict?.reason === 'NamespaceNotFound' ? verdict : undefined;
}

/** The server answers, but not about the queue: the last answer is worth no more than that of a server that is silent. */
function queueSilent(known: Known): Verdict | undefined {
  const { queueFailure, taskQueue } = known.seen.temporal!;
  if (!queueFailure) return;
  const { since, failure, message } = queueFailure;
  const words = `task queue "${excerpt(taskQueue)}" cannot be asked about since ${since.replace(/\.\d+/, '')}: ${excerpt(message)}`;
  if (failure === 'Forbidden' || failure === 'Unauthenticated') return isUnknown('TemporalForbidden', words);
  const until = Date.parse(since) + graceMs;
  return known.nowMs < until ? { ...standing(known, words), until } : isUnknown('TemporalUnreachable', words);
}

function queueNotLooked(known: Known): Verdict | undefined {
  const { queue, taskQueue } = known.seen.temporal!;
  return queue ? undefined : standing(known, `task queue "${excerpt(taskQueue)}" was not asked yet`);
}

export function pollersOf({ seen, pods, otherPods }: Known): LivePollers | undefined {
  const { queue } = seen.temporal ?? {};
  return queue && livePollers(queue, pods, otherPods);
}

/** Of versioned workers only the current version's get tasks; of unversioned ones none do when a version is current. */
function noRouting(known: Known): Verdict | undefined {
  const { currentVersion } = known.seen.temporal!.queue!;
  const { pollers } = pollersOf(known)!;
  if (pollers.length === 0 || pollers.some(({ version }) => version === currentVersion)) return;
  const [{ version }] = pollers as [(typeof pollers)[number]];
  const ours = version === undefined ? 'these workers are unversioned' : `these workers are of version "${excerpt(version)}"`;
  const goes = currentVersion === undefined ? 'no version is current' : `tasks go to version "${excerpt(currentVersion)}"`;
  return isFalse('NoCurrentVersion', `${ours}, but ${goes}: they poll and get nothing. Make theirs the current version at Temporal`);
}

/** A server that was restarted has an empty list until each worker has polled again. */
function forgotten(known: Known): Verdict | undefined {
  const { server } = known.seen.temporal!;
  if (server.state !== 'Answers' || pollersOf(known)!.pollers.length > 0) return;
  const until = Date.parse(server.since) + pollPeriodMs;
  const last = lastVerdict(known, conditionOf(known));
  return known.nowMs < until && last?.status === 'True' ? { ...last, until } : undefined;
}

function awaited(known: Known): Verdict | undefined {
  if (pollersOf(known)!.pollers.length > 0) return;
  const starts = known.pods.flatMap(({ runningSince }) => (runningSince === undefined ? [] : [Date.parse(runningSince)]));
  const until = Math.max(...starts) + firstPollMs;
  if (starts.length > 0 && known.nowMs >= until) return;
  return isFalse(
    'WaitingForPollers',
    `the pods run; none of them has polled "${excerpt(known.seen.temporal!.taskQueue)}" yet`,
    starts.length > 0 ? until : undefined,
  );
}

function noPollers(known: Known): Verdict | undefined {
  if (pollersOf(known)!.pollers.length > 0) return;
  const { taskQueue, namespace, queue } = known.seen.temporal!;
  const where = `task queue "${excerpt(taskQueue)}" of namespace "${excerpt(namespace)}"`;
  return isFalse('NoPollers', `${counted(known.pods.length, 'pod runs', 'pods run')}, and none polls ${where}; ${others(queue!)}`);
}

function others({ workflowPollers }: SeenQueue): string {
  if (workflowPollers.length === 0) return 'nobody polls it: which address, namespace and queue do the workers use?';
  return `entries there are of other or dead workers: ${listed([...new Set(workflowPollers.map(({ identity }) => identity))].sort())}`;
}

function polling(known: Known): Verdict {
  const { podNames, kind, byFreshness, pollers } = pollersOf(known)!;
  const { taskQueue } = known.seen.temporal!;
  const who = byFreshness
    ? counted(pollers.length, 'worker with a custom identity', 'workers with custom identities')
    : `${podNames.size} of ${counted(known.pods.length, 'pod', 'pods')}`;
  const what = kind === 'activity' ? ' for activities only' : '';
  const { sharedWith = [] } = known.seen;
  const shared = sharedWith.length > 0 ? `; its queue is shared with ${listed(sharedWith)}` : '';
  return isTrue('PollersLive', `task queue "${excerpt(taskQueue)}" is polled${what} by ${who}${shared}`);
}
