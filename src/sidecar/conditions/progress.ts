/** Reconciling and Stalled, as kstatus reads them: on its way by itself, or waiting for a person. Each exists only while it is True. */
import type { Reason } from '../../problem.ts';
import type { Known } from '../known.ts';
import { settleMs } from '../timing.ts';
import { isTrue, type Verdict } from '../verdict.ts';

/** These pass by themselves. */
const passing: ReadonlySet<Reason> = new Set<Reason>(['RollingOut', 'WaitingForPollers', 'NotLookedYet']);

/** These do, too, while the rest of an apply is on its way. */
const settling: ReadonlySet<Reason> = new Set<Reason>([
  'NotRendered',
  'RenderStale',
  'DefinitionBytesMissing',
  'RetainedBytesMissing',
  'DefinitionNotMounted',
  'CanaryLeft',
]);

/** These do not without a person. What comes and goes with the world around (Temporal, dependencies, pods) is neither. */
const stalling: ReadonlySet<Reason> = new Set<Reason>([
  ...settling,
  'SpecInvalid',
  'PinMissing',
  'ChecksumMismatch',
  'RolloutStuck',
  'WorkloadPaused',
  'WorkersMisdirected',
  'NoCurrentVersion',
  'NoPollers',
  'NamespaceNotFound',
  'NamespaceDeprecated',
  'TemporalForbidden',
  'CredentialsMissing',
  'CannotRead',
]);

export interface Progress {
  readonly reconciling?: Verdict;
  readonly stalled?: Verdict;
}

export interface Judged {
  readonly type: string;
  readonly verdict: Verdict;
}

export function progress(known: Known, ready: Verdict, judged: readonly Judged[]): Progress {
  const amiss = judged.filter(({ verdict }) => verdict.status !== 'True');
  const moving = amiss.find(({ verdict }) => passing.has(verdict.reason));
  const unsettled = amiss.find((one) => one.type !== 'WorkersReady' && isUnsettled(known, one));
  if (unsettled) {
    const since = unsettledSince(known, unsettled);
    return { reconciling: { ...isTrue(unsettled.verdict.reason, unsettled.verdict.message), since, until: since + settleMs } };
  }
  if (ready.status !== 'True' && stalling.has(ready.reason)) return { stalled: isTrue(ready.reason, ready.message) };
  if (moving) return { reconciling: isTrue(moving.verdict.reason, moving.verdict.message) };
  return {};
}

/** It is on its way, or the rest of an apply may be, as the others tell that are of the same apply. */
export function passesByItself(known: Known, judged: Judged, others: readonly Judged[]): boolean {
  const { reason } = judged.verdict;
  return passing.has(reason) || (settling.has(reason) && [judged, ...others].some((one) => isUnsettled(known, one)));
}

function isUnsettled(known: Known, judged: Judged): boolean {
  const { status, reason } = judged.verdict;
  return status !== 'True' && settling.has(reason) && unsettledSince(known, judged) + settleMs > known.nowMs;
}

/** From when this has been what is wrong: where Reconciling tells it, since that is, because a condition's own time moves with its status only. */
function unsettledSince({ previous, nowMs }: Known, { type, verdict }: Judged): number {
  const last = previous.get(type);
  if (last?.status !== verdict.status || last.reason !== verdict.reason) return nowMs;
  const reconciling = previous.get('Reconciling');
  const told = reconciling?.status === 'True' && reconciling.reason === verdict.reason ? reconciling : last;
  const since = Date.parse(told.lastTransitionTime);
  return Math.min(Number.isNaN(since) ? nowMs : since, nowMs);
}
