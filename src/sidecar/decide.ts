/** The heart of the second arrow: what was seen of a Process → its status. Pure: the time is part of what was seen. */
import { definition } from '../names.ts';
import type { ProcessStatus } from '../process.ts';
import { valueAt } from '../resource.ts';
import { canaryReady } from './conditions/canary-ready.ts';
import { definitionResolved } from './conditions/definition-resolved.ts';
import { degraded } from './conditions/degraded.ts';
import { dependenciesReady } from './conditions/dependencies-ready.ts';
import { guarded } from './conditions/guarded.ts';
import { type Judged, progress } from './conditions/progress.ts';
import { ready } from './conditions/ready.ts';
import { temporalHealthy } from './conditions/temporal-healthy.ts';
import { workersReady } from './conditions/workers-ready.ts';
import { workloadReady } from './conditions/workload-ready.ts';
import { type DrainDecision, decideDrain } from './drain/decide-drain.ts';
import type { Effect } from './drain/drain.ts';
import { hasFinalizer } from './guard/guard.ts';
import { type Known, know } from './known.ts';
import type { Observation, SeenDeployment } from './observation.ts';
import { retainedStatus, retainedToAsk } from './retained.ts';
import type { Verdict } from './verdict.ts';

export interface Decision {
  readonly status: ProcessStatus;
  /** Time alone may change the status after so many milliseconds. */
  readonly recheckAfterMs?: number;
  /** The retained definitions, by checksum, of which is to be asked who needs them. */
  readonly retainedToAsk?: readonly string[];
  /** What the drain wants done, once the status is written. */
  readonly effects?: readonly Effect[];
}

export function decide(seen: Observation): Decision {
  const known = know(seen);
  const definitionVerdict = definitionResolved(known);
  const workload = workloadReady(known);
  const workers = workersReady(known, workload);
  const temporal = temporalHealthy(known);
  const dependencies = dependenciesReady(known);
  const canary = canaryReady(known);
  const degradedVerdict = degraded(known, { temporal, dependencies, definition: definitionVerdict, workload, workers, canary });
  const readyVerdict = ready({ definition: definitionVerdict, workload, workers, degraded: degradedVerdict });
  const judged: Judged[] = [
    { type: 'DefinitionResolved', verdict: definitionVerdict },
    { type: 'WorkloadReady', verdict: workload },
    { type: 'WorkersReady', verdict: workers },
    { type: 'TemporalHealthy', verdict: temporal },
    { type: 'DependenciesReady', verdict: dependencies },
    ...(canary ? [{ type: 'CanaryReady', verdict: canary }] : []),
  ];
  const { reconciling, stalled } = progress(known, readyVerdict, judged);
  const drain = decideDrain(known);
  const all: Judged[] = [
    { type: 'Ready', verdict: readyVerdict },
    ...judged,
    { type: 'Degraded', verdict: degradedVerdict },
    { type: 'Guarded', verdict: guarded(known) },
    { type: 'AcceptingStarts', verdict: drain.verdicts.acceptingStarts },
    ...whileTrue({ Draining: drain.verdicts.draining, Drained: drain.verdicts.drained }),
    ...whileTrue(drain.verdicts.stalled ? { Stalled: drain.verdicts.stalled } : { Reconciling: reconciling, Stalled: stalled }),
  ];
  const asked = retainedToAsk(known);
  return {
    status: statusOf(known, all, drain.status),
    ...recheck(known, all, drain),
    ...(asked && { retainedToAsk: asked }),
    ...(drain.effects.length > 0 && { effects: drain.effects }),
  };
}

/** Those that are absent otherwise. */
function whileTrue(verdicts: Readonly<Record<string, Verdict | undefined>>): Judged[] {
  return Object.entries(verdicts).flatMap(([type, verdict]) => (verdict ? [{ type, verdict }] : []));
}

function statusOf(known: Known, judged: readonly Judged[], drain: ProcessStatus['drain']): ProcessStatus {
  const { deployment } = known.seen;
  const runs = definitionThatRuns(known);
  const address = addressOf(known);
  return {
    observedGeneration: known.generation,
    conditions: judged.map((one) => conditionOf(known, one)),
    ...(runs && { definition: runs }),
    ...(known.retained.length > 0 && { retained: retainedStatus(known) }),
    ...(drain && { drain }),
    ...(address !== undefined && { temporal: { address, ...sharedWith(known) } }),
    ...(deployment && { workers: workersOf(known, deployment) }),
  };
}

/** The stable ones, and the canary's apart. */
function workersOf({ canary }: Known, { desired, ready }: SeenDeployment): NonNullable<ProcessStatus['workers']> {
  const beside = canary?.seen.deployment;
  const summary = `${ready}/${desired}`;
  if (!canary || !beside) return { desired, ready, summary };
  const version = definitionThatRuns(canary)?.version;
  return {
    desired,
    ready,
    summary: `${summary}, canary ${beside.ready}/${beside.desired}`,
    canary: { desired: beside.desired, ready: beside.ready, ...(version !== undefined && { version }) },
  };
}

/** Of what a Deployment may say; the API server would refuse the status. */
const longestAddress = 1024;

/** Kept while the Process is held: its workers may be deleted before it. */
function addressOf({ seen }: Known): string | undefined {
  const before = hasFinalizer(seen.process) ? valueAt(seen.process, 'status', 'temporal', 'address') : undefined;
  const address = seen.temporal?.address ?? before;
  return typeof address === 'string' && address.length <= longestAddress ? address : undefined;
}

/** The most that a status takes. */
const mostSharers = 64;

/** Who sweeps its queue has to know, and sees only its own namespace: that there is none is said, too, and where it is not known, nothing. */
function sharedWith({ seen }: Known): { sharedWith?: string[] } {
  return seen.sharedWith ? { sharedWith: seen.sharedWith.slice(0, mostSharers) } : {};
}

type Condition = NonNullable<ProcessStatus['conditions']>[number];

/** The time moves only with the status, not with the words, unless the verdict knows better since when it is so. */
function conditionOf({ previous, generation, seen }: Known, { type, verdict }: Judged): Condition {
  const last = previous.get(type);
  const isSame = last?.status === verdict.status && last.lastTransitionTime !== '';
  const now = verdict.since === undefined ? seen.now : new Date(verdict.since).toISOString();
  return {
    type,
    status: verdict.status,
    reason: verdict.reason,
    message: verdict.message,
    lastTransitionTime: isSame && verdict.since === undefined ? last.lastTransitionTime : now.replace(/\.\d+/, ''),
    observedGeneration: generation,
  };
}

/** What the running pods mount; while old and new ones differ, what the Deployment gives to new ones. */
function definitionThatRuns({ seen, pods }: Known): ProcessStatus['definition'] {
  const mounted = new Set(pods.flatMap(({ runningSince, currentDefinition }) => (runningSince === undefined ? [] : [currentDefinition])));
  const [only] = mounted.size === 1 ? mounted : [];
  const name = only ?? seen.deployment?.mounts.find(({ path }) => path === definition.key)?.configMap;
  const found = seen.definitions.find(({ configMap }) => configMap === name);
  const newest = seen.newestVersion !== undefined && { newest: seen.newestVersion };
  return found && { version: found.version, checksum: found.found ?? found.checksum, configMap: found.configMap, ...newest };
}

function recheck(
  { nowMs }: Known,
  judged: readonly { readonly verdict: Verdict }[],
  { askAgainAfterMs }: DrainDecision,
): Pick<Decision, 'recheckAfterMs'> {
  const times = judged.flatMap(({ verdict }) => (verdict.until === undefined ? [] : [Math.max(verdict.until - nowMs, 0)]));
  const all = [...times, ...(askAgainAfterMs === undefined ? [] : [askAgainAfterMs])];
  return all.length === 0 ? {} : { recheckAfterMs: Math.min(...all) };
}
