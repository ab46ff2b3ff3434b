/** What a person does next about a Process, and with which command: from the reasons of what is wrong, a few at most. Pure. */
import { nextStepOf } from '../condition-reasons.ts';
import { type Track, tool } from '../names.ts';
import type { Reason } from '../problem.ts';
import type { ConditionView, DefinitionView } from './picture.ts';
import type { Row } from './row.ts';
import type { TemporalView } from './temporal-view.ts';
import type { PodView, WorkersView } from './workers-view.ts';

export interface Step {
  readonly reason: string;
  readonly text: string;
  /** To be copied as it stands. */
  readonly command?: string;
}

export interface Facts {
  readonly process: Row;
  readonly conditions: readonly ConditionView[];
  readonly definition: DefinitionView;
  readonly workers: WorkersView;
  readonly temporal: TemporalView;
  /** Why the status may not be true. */
  readonly doubts: readonly Reason[];
}

const most = 3;

/** Why something is not as it should be, and with whose workers. */
interface Cause {
  readonly reason: string;
  readonly track: Track;
}

/** The parts before the whole: what is wrong with a part explains the others. */
const parts = ['DefinitionResolved', 'WorkloadReady', 'WorkersReady', 'TemporalHealthy', 'DependenciesReady', 'Ready', 'Stalled'];

export function steps(facts: Facts): Step[] {
  const { conditions, doubts } = facts;
  const rank = ({ type }: ConditionView) => (parts.includes(type) ? parts.indexOf(type) : parts.length);
  const told = [
    ...byCause(conditions.filter(({ isHealthy }) => isHealthy === false).sort((a, b) => rank(a) - rank(b))),
    ...conditions.filter(({ isHealthy, nextStep }) => isHealthy === undefined && nextStep !== undefined),
  ];
  const causes = [
    ...doubts.map((reason): Cause => ({ reason, track: 'stable' })),
    ...told.map((one): Cause => ({ reason: one.reason, track: trackOf(one, conditions) })),
  ];
  const all = distinct([...causes.map((cause) => stepOf(cause, facts)), ...chores(facts)]);
  const isWaiting = ({ text }: Step) => text.startsWith('Wait');
  return [...all.filter((step) => !isWaiting(step)), ...all.filter(isWaiting)].slice(0, most);
}

/** Different reasons may lead to the same. */
function distinct(all: readonly Step[]): Step[] {
  const isFirst = (step: Step, at: number) => all.findIndex(({ text, command }) => text === step.text && command === step.command) === at;
  return all.filter(isFirst);
}

/** What is False before what nobody knows. */
function byCause(ill: readonly ConditionView[]): ConditionView[] {
  return [...ill.filter(({ status }) => status !== 'Unknown'), ...ill.filter(({ status }) => status === 'Unknown')];
}

/** The whole repeats the words of CanaryReady where they are its cause. */
function trackOf({ reason, message }: ConditionView, conditions: readonly ConditionView[]): Track {
  const isCanarys = conditions.some((one) => one.type === 'CanaryReady' && one.reason === reason && one.message === message);
  return isCanarys ? 'canary' : 'stable';
}

function stepOf({ reason, track }: Cause, facts: Facts): Step {
  const command = Object.hasOwn(commands, reason) ? commands[reason]!(facts, track) : undefined;
  return { reason, text: nextStepOf(reason), ...(command !== undefined && { command }) };
}

/** What can be tidied up when there is time. */
function chores({ process: { name }, definition: { newest, canary, retained } }: Facts): Step[] {
  const droppable = retained.filter((one) => one.droppable === 'Yes').map(({ version }) => version);
  return [
    ...(droppable.length > 0
      ? [
          {
            reason: 'Droppable',
            text: `Nobody needs version ${droppable.join(' and ')} any more: retire it in Git.`,
            command: `${tool} pin DIR ${quoted(name)}${droppable.map((version) => ` --drop ${version}`).join('')}`,
          },
        ]
      : []),
    // What the canary tries becomes the stable one by its promotion, not by `pin`.
    ...(newest === undefined || (canary?.pinned !== undefined && canary.pinned.version >= newest)
      ? []
      : [
          {
            reason: 'NewerVersion',
            text: `Version ${newest} is at the source: pin it in Git to use it.`,
            command: `${tool} pin DIR ${quoted(name)}`,
          },
        ]),
  ];
}

const commands: Readonly<Record<string, (facts: Facts, track: Track) => string | undefined>> = {
  StatusMissing: () => `kubectl get pods -A -l app.kubernetes.io/name=${tool}`,
  StatusStale: () => `kubectl get pods -A -l app.kubernetes.io/name=${tool}`,
  NoPollers: workerLog,
  WaitingForPollers: workerLog,
  WorkersMisdirected: (facts, track) => onDeployment(facts, track, 'kubectl get -o yaml'),
  WorkloadPaused: (facts, track) => onDeployment(facts, track, 'kubectl rollout resume'),
  ScaledToZero: (facts, track) => onDeployment(facts, track, 'kubectl get'),
  RollingOut: (facts, track) => onDeployment(facts, track, 'kubectl rollout status'),
  RolloutStuck: aboutPod,
  PodsNotReady: aboutPod,
  WorkersPartlyLost: aboutPod,
  DependencyMissing: ({ process }) => `kubectl get domains,agents -n ${quoted(process.namespace)}`,
  DependencyNotReady: ({ process }) => `kubectl get domains,agents -n ${quoted(process.namespace)}`,
  TemporalUnreachable: ({ temporal }) => temporalCommand('operator cluster health', temporal, []),
  NamespaceNotFound: ({ temporal }) => temporalCommand('operator namespace create', temporal, ['--namespace', temporal.namespace]),
  DrainTimedOut: running,
  WorkflowsRunning: running,
};

function workerLog(facts: Facts, track: Track): string | undefined {
  return onDeployment(facts, track, 'kubectl logs -c worker --tail 100');
}

function onDeployment({ process, workers: { deployments } }: Facts, track: Track, command: string): string | undefined {
  const found = typeof deployments === 'string' ? undefined : deployments.find((one) => isOf(one, track));
  return found && `${command} ${quoted(`deployment/${found.name}`)} -n ${quoted(process.namespace)}`;
}

/** What is not said to be the canary's is stable. */
function isOf({ track = 'stable' }: { readonly track?: string }, wanted: Track): boolean {
  return track === wanted;
}

/** Of one that ended, how; of one that does not start, why. */
function aboutPod({ process, workers: { pods } }: Facts, track: Track): string | undefined {
  const amiss = typeof pods === 'string' ? [] : pods.filter((one) => isOf(one, track) && !one.isReady && !one.isDeleting);
  const pod: PodView | undefined = amiss.find(({ trouble, lastExit }) => trouble ?? lastExit) ?? amiss[0];
  if (!pod) return;
  const where = `${quoted(pod.name)} -n ${quoted(process.namespace)}`;
  if (!pod.lastExit) return `kubectl describe pod ${where}`;
  return `kubectl logs ${where} -c worker --tail 100${pod.restarts > 0 ? ' --previous' : ''}`;
}

function running({ temporal }: Facts): string | undefined {
  const { namespace, taskQueue } = temporal;
  // Quoted for Temporal, too; what cannot be within its quotes is not offered.
  if (/['"`\\]/.test(taskQueue)) return;
  const query = `TaskQueue='${taskQueue}' AND ExecutionStatus='Running'`;
  return temporalCommand('workflow list', temporal, ['--namespace', namespace, '--query', query]);
}

function temporalCommand(command: string, { address }: TemporalView, args: readonly string[]): string | undefined {
  if (address === undefined) return;
  return ['temporal', command, '--address', quoted(address), ...args.map(quoted)].join(' ');
}

/** What stands in a live object may be anything: a shell must take it as one word. */
function quoted(word: string): string {
  if (/^[\w./:@=-]+$/.test(word)) return word;
  if (/^[\w ./:@=,'-]+$/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
