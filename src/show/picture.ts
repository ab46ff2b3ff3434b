/** Everything about one Process at one moment, as `describe` shows it and its JSON has it. Pure. */
import { nextStepOf } from '../condition-reasons.ts';
import { deadSidecar, isHealthy, readStatus } from '../live/status.ts';
import { defaultSeverity } from '../render/cron-jobs.ts';
import { isObject, objectsAt, type Resource, valueAt } from '../resource.ts';
import type { PreviousCondition } from '../sidecar/previous.ts';
import { excerpt } from '../sidecar/words.ts';
import { areChecksSuspended, wantedChecks } from '../sla/status.ts';
import { type Happening, happenings } from './happenings.ts';
import { type Row, rowOf } from './row.ts';
import type { Source } from './source.ts';
import { type Step, steps } from './steps.ts';
import { type TemporalView, temporalView } from './temporal-view.ts';
import { type WorkersView, workersView } from './workers-view.ts';

export interface Picture {
  /** When it was looked, ISO 8601 in UTC. */
  readonly now: string;
  /** As `list` has it. */
  readonly process: Row;
  readonly lifecycle: string;
  /** Those that are not as they should be first. */
  readonly conditions: readonly ConditionView[];
  readonly definition: DefinitionView;
  readonly workers: WorkersView;
  readonly temporal: TemporalView;
  /** Absent: none is on. */
  readonly drain?: DrainView;
  /** The checks of service levels, with what they found; absent: there are none. */
  readonly slaChecks?: readonly SlaView[];
  /** The last ones, newest last. A text: why they may not be read. */
  readonly events: readonly Happening[] | string;
  /** What to do next, the most important first. */
  readonly steps: readonly Step[];
  /** What the API server refused, in its words. */
  readonly unreadable: readonly string[];
}

export interface ConditionView extends PreviousCondition {
  /** Absent: it only says what goes on. */
  readonly isHealthy?: boolean;
  /** Where it is not as it should be, or something goes on. */
  readonly nextStep?: string;
}

export interface DefinitionView {
  readonly id: string;
  readonly tenantId: string;
  readonly pinned?: VersionView;
  /** What the pods mount, as the sidecar saw it. */
  readonly mounted?: VersionView;
  /** Of the canary; absent: there is none. */
  readonly canary?: CanaryView;
  /** At the source, where the sidecar asks one and it is newer. */
  readonly newest?: number;
  readonly retained: readonly (VersionView & { readonly droppable: string; readonly message: string })[];
}

export interface VersionView {
  readonly version: number;
  readonly checksum: string;
}

export interface CanaryView {
  /** Absent: the one of the stable workers. */
  readonly pinned?: VersionView;
  /** The version that its pods mount, as the sidecar saw it. */
  readonly mounted?: number;
}

export interface DrainView {
  readonly phase: string;
  readonly since: string;
  readonly policy: string;
  readonly remaining?: number;
  readonly startedSince?: number;
  readonly deadline?: string;
  readonly paused: readonly string[];
}

export interface SlaView {
  readonly name: string;
  /** Workflows that ran for too long when it was checked last; absent: it was not yet, or is suspended. */
  readonly breaching?: number;
  readonly maxDuration?: string;
  readonly workflowType?: string;
  readonly severity?: string;
  readonly checkedAt?: string;
  /** It does not look while the Process is drained. */
  readonly isSuspended?: true;
}

export function pictureOf(source: Source): Picture {
  const { now, process: item, events, unreadable, look, leaseRenewedAt } = source;
  const { conditions, silence } = readStatus(item);
  const process = rowOf(item);
  const workers = workersView(source);
  const definition = definitionOf(item, process);
  const shown = conditionsOf(conditions);
  const drain = drainOf(valueAt(item, 'status', 'drain'));
  const slaChecks = slaChecksOf(item);
  const doubts = [...(silence ? [silence] : []), ...deadSidecar(now, leaseRenewedAt)].map(({ reason }) => reason);
  const temporal = temporalView(item, look, workers);
  return {
    now,
    process,
    lifecycle: lifecycleOf(item),
    conditions: shown,
    definition,
    workers,
    temporal,
    ...(drain && { drain }),
    ...(slaChecks && { slaChecks }),
    events: unreadable.events ?? happenings(events),
    steps: steps({ process, conditions: shown, definition, workers, temporal, doubts }),
    unreadable: Object.values(unreadable),
  };
}

const longest = 1_000;

function text(value: unknown, limit = 200): string {
  return typeof value === 'string' ? excerpt(value, limit) : '';
}

function lifecycleOf(item: Resource): string {
  const deleted = valueAt(item, 'metadata', 'deletionTimestamp');
  if (deleted !== undefined) return `being deleted since ${text(deleted)}`;
  return text(valueAt(item, 'spec', 'lifecycle')) || 'Active';
}

/** What goes on by itself comes after what is wrong, and before what is well. */
function conditionsOf(conditions: readonly PreviousCondition[]): ConditionView[] {
  const rank = ({ isHealthy: healthy, nextStep }: ConditionView) => (healthy === false ? 0 : nextStep === undefined ? 2 : 1);
  return conditions
    .map((condition): ConditionView => {
      const healthy = isHealthy(condition);
      const nextStep = nextStepOf(condition.reason);
      const isTold = healthy === undefined ? nextStep !== nothing : !healthy;
      const { type, status, reason, message, lastTransitionTime } = condition;
      return {
        type: text(type),
        status: text(status),
        reason: text(reason),
        message: text(message, longest),
        lastTransitionTime: text(lastTransitionTime),
        ...(healthy !== undefined && { isHealthy: healthy }),
        ...(isTold && { nextStep }),
      };
    })
    .sort((a, b) => rank(a) - rank(b));
}

const nothing = nextStepOf('AllReady');

function definitionOf(item: Resource, { newer }: Row): DefinitionView {
  const ref = valueAt(item, 'spec', 'definitionRef');
  const [pinned, mounted] = [versionIn(valueAt(ref, 'pin')), versionIn(valueAt(item, 'status', 'definition'))];
  const canary = canaryOf(item);
  const said = new Map(objectsAt(item.status, 'retained').map((one) => [one.checksum, one]));
  return {
    id: text(valueAt(ref, 'id')),
    tenantId: text(valueAt(ref, 'tenantId')),
    ...(pinned && { pinned }),
    ...(mounted && { mounted }),
    ...(canary && { canary }),
    ...(newer !== undefined && { newest: newer }),
    retained: objectsAt(ref, 'retained').flatMap((pin) => {
      const version = versionIn(pin);
      if (!version) return [];
      const { droppable, message } = said.get(pin.checksum) ?? {};
      return [{ ...version, droppable: text(droppable) || 'Unknown', message: text(message, longest) || 'the status does not say' }];
    }),
  };
}

function canaryOf({ spec, status }: Resource): CanaryView | undefined {
  const canary = valueAt(spec, 'rollout', 'canary');
  if (!isObject(canary)) return;
  const [pinned, mounted] = [versionIn(canary.pin), valueAt(status, 'workers', 'canary', 'version')];
  return { ...(pinned && { pinned }), ...(typeof mounted === 'number' && { mounted }) };
}

function versionIn(value: unknown): VersionView | undefined {
  const [version, checksum] = [valueAt(value, 'version'), valueAt(value, 'checksum')];
  return typeof version === 'number' && typeof checksum === 'string' ? { version, checksum: text(checksum) } : undefined;
}

function drainOf(drain: unknown): DrainView | undefined {
  if (!isObject(drain)) return;
  const { phase, since, policy, remaining, startedSince, deadline } = drain;
  const paused = objectsAt(drain, 'schedules').filter(({ wasPaused }) => wasPaused !== true);
  return {
    phase: text(phase),
    since: text(since),
    policy: text(policy) || 'Wait',
    ...(typeof remaining === 'number' && { remaining }),
    ...(typeof startedSince === 'number' && { startedSince }),
    ...(typeof deadline === 'string' && { deadline: text(deadline) }),
    paused: paused.map(({ id }) => text(id, 80)),
  };
}

/** One that has looked is shown with the promise that it judged by. */
function slaChecksOf(item: Resource): SlaView[] | undefined {
  const isSuspended = areChecksSuspended(item);
  const views = wantedChecks(item).map(({ wanted, found = { severity: defaultSeverity, ...wanted } }): SlaView => {
    const { breaching, ...view } = slaView(found);
    if (isSuspended) return { ...view, isSuspended };
    return { ...view, ...(breaching !== undefined && { breaching }) };
  });
  return views.length > 0 ? views : undefined;
}

function slaView({ name, breaching, maxDuration, workflowType, severity, checkedAt }: Resource): SlaView {
  return {
    name: text(name, 80),
    ...(typeof breaching === 'number' && { breaching }),
    ...(typeof maxDuration === 'string' && { maxDuration: text(maxDuration, 80) }),
    ...(typeof workflowType === 'string' && { workflowType: text(workflowType) }),
    ...(typeof severity === 'string' && { severity: text(severity, 80) }),
    ...(typeof checkedAt === 'string' && { checkedAt: text(checkedAt, 40) }),
  };
}
