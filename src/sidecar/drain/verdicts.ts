/** What a drain says of itself: Draining, Drained and Stalled, and whether workflows may be started. Pure. */
import { parseDuration } from '../../duration.ts';
import { isFalse, isTrue, isUnknown, type Verdict } from '../verdict.ts';
import { counted, listed } from '../words.ts';
import type { Drain, DrainInput, DrainVerdicts } from './drain.ts';
import { handOver } from './hand-over.ts';
import { followed } from './policy.ts';

export function verdictsOf(input: DrainInput, drain: Drain | undefined): DrainVerdicts {
  if (!drain) return { acceptingStarts: isTrue('StartsAccepted', 'workflows may be started') };
  if (drain.phase === 'Reopening') return { acceptingStarts: isFalse('ReopeningStarts', reopening(input, drain)) };
  const acceptingStarts = isFalse('StartsPaused', startsPaused(input, drain));
  const { failure } = input.seen;
  if (failure) {
    const drained = isUnknown(failure.reason, `cannot be told, and nothing is released: ${failure.message}`);
    return { acceptingStarts, draining: isTrue(...draining(input, drain)), drained, ...stalledOf(input, drain) };
  }
  if (drain.phase === 'Drained') return { acceptingStarts, drained: isTrue(...drained(input, drain)) };
  return { acceptingStarts, draining: isTrue(...draining(input, drain)), ...stalledOf(input, drain) };
}

type Words = [reason: Verdict['reason'], message: string];

function draining(input: DrainInput, drain: Drain): Words {
  const { remaining, phase } = drain;
  const { failure } = input.seen;
  if (failure && remaining !== undefined) {
    return ['WorkflowsRunning', `${counted(remaining, 'workflow', 'workflows')} ran when Temporal answered last`];
  }
  if (phase === 'Pausing') return ['PausingStarts', 'Schedules of the queue are being paused'];
  if (phase === 'HandingOver') {
    const { obstacle } = handOver(input);
    const why = obstacle === '' ? 'what was paused is being restored' : `another Process serves the queue: ${obstacle}`;
    return ['HandOverAwaited', `${running(drain)}; ${why}`];
  }
  if (phase === 'Settling') return ['ConfirmingEmpty', 'no workflow was found; it is looked again, because one answer proves nothing'];
  return ['WorkflowsRunning', [running(drain), whatHappens(input, drain)].filter(Boolean).join('; ')];
}

function running({ remaining = 0, startedSince = 0 }: Drain): string {
  const late = startedSince > 0 ? `, ${startedSince} of them started since` : '';
  return `${counted(remaining, 'workflow still runs', 'workflows still run')}${late}`;
}

function whatHappens(input: DrainInput, { jobs }: Drain): string {
  const { policy, refusal } = followed(input);
  if (refusal) return refusal;
  if (policy !== 'Cancel' && policy !== 'Terminate') return '';
  const last = jobs.filter(({ scope }) => scope === 'All').at(-1);
  if (!last) return '';
  return last.operation === 'Terminate' ? 'they are being terminated' : 'they were asked to cancel';
}

function drained(input: DrainInput, drain: Drain): Words {
  const { heir } = handOver(input);
  if (heir) return ['HandedOver', `${heir.name} serves the queue, with every definition of this Process: this one can be removed`];
  const remaining = drain.remaining ?? 0;
  if (remaining > 0 && followed(input).policy === 'Abandon') {
    return [
      'Abandoned',
      `${counted(remaining, 'workflow that runs is', 'workflows that run are')} left without workers, as policy Abandon says`,
    ];
  }
  if (remaining > 0) return ['HandedOver', 'all workflows that run have definitions that another Process on the queue has'];
  return ['NoWorkflows', 'no workflow of the queue runs: the Process can be removed'];
}

/** A person is needed. Nothing is killed because of the time. */
function stalledOf(input: DrainInput, drain: Drain): Pick<DrainVerdicts, 'stalled'> {
  const { remaining = 0, phase } = drain;
  const { refusal } = followed(input);
  const deadline = deadlineOf(input.spec.timeout, drain);
  if (remaining > 0 && deadline !== undefined && Date.parse(input.now) >= deadline) {
    const words = `after ${input.spec.timeout} ${running(drain)}; a person decides: wait, another policy, or \`ameide-process release\``;
    return { stalled: isTrue('DrainTimedOut', words) };
  }
  return refusal && remaining > 0 && phase === 'Waiting' ? { stalled: isTrue('DrainPolicyRefused', refusal) } : {};
}

/** Milliseconds since 1970; undefined: none is set. */
export function deadlineOf(timeout: string | undefined, { since }: Pick<Drain, 'since'>): number | undefined {
  const ms = timeout === undefined ? undefined : parseDuration(timeout);
  return ms === undefined ? undefined : Date.parse(since) + ms;
}

function startsPaused(input: DrainInput, { schedules, since }: Drain): string {
  const began = since.replace(/\.\d+/, '');
  if (handOver(input).successors.length > 0) return `this Process is on its way out since ${began}; another one serves the queue`;
  const ours = schedules.filter(({ wasPaused }) => !wasPaused);
  const dropped = ours.reduce((sum, { buffered }) => sum + buffered, 0);
  const parts = [
    `the queue is drained since ${began}`,
    ...(ours.length > 0 ? [`paused: ${listed(ours.map(({ id }) => id))}`] : []),
    ...(dropped > 0 ? [`${counted(dropped, 'action that waited was', 'actions that waited were')} dropped by that`] : []),
  ];
  return parts.join('; ');
}

function reopening({ seen }: DrainInput, { schedules }: Drain): string {
  const count = schedules.filter(({ wasPaused }) => !wasPaused).length;
  const what = `${counted(count, 'Schedule is', 'Schedules are')} being resumed`;
  return seen.failure ? `${what}; Temporal cannot be asked: ${seen.failure.message}` : what;
}
