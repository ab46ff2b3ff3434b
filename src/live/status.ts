/** What the sidecar says of a live Process, and whether it is about the spec that is live now. Pure. */
import { sidecarHome, tool } from '../names.ts';
import { type Problem, problem, type Reason, type ResourceRef, reasons } from '../problem.ts';
import type { Pin } from '../process.ts';
import { isObject, type Resource, referTo, valueAt } from '../resource.ts';
import { type PreviousCondition, previousConditions } from '../sidecar/previous.ts';

export interface LiveStatus {
  readonly process: ResourceRef;
  readonly conditions: readonly PreviousCondition[];
  /** What runs, as the sidecar saw it. */
  readonly definition: Resource | undefined;
  /** Why it says nothing about the live spec: there is none, or it is of an earlier one. */
  readonly silence: Problem | undefined;
}

/** These say True when all is well. Ready and Degraded decide; the others say why. */
const positive = [
  'DefinitionResolved',
  'WorkloadReady',
  'WorkersReady',
  'TemporalHealthy',
  'DependenciesReady',
  'CanaryReady',
  'Ready',
] as const;
const negative = ['Degraded', 'Stalled'] as const;
/** All is well without it until somebody deletes the Process. */
const cautionary = 'Guarded';
const decisive: ReadonlySet<string> = new Set(['Ready', 'Degraded']);

const sidecarRuns = `does the sidecar run, and watch this namespace? \`kubectl get pods -A -l app.kubernetes.io/name=${tool}\``;

export function readStatus(item: Resource): LiveStatus {
  const { status } = item;
  const definition = valueAt(status, 'definition');
  return {
    process: referTo(item),
    conditions: [...previousConditions(status).values()],
    definition: isObject(definition) ? definition : undefined,
    silence: silenceOf(item),
  };
}

function silenceOf(item: Resource): Problem | undefined {
  const resource = referTo(item);
  if (previousConditions(item.status).size === 0) {
    return problem('StatusMissing', `there is no status; ${sidecarRuns}`, { resource, field: { path: 'status.conditions' } });
  }
  const generation = valueAt(item, 'metadata', 'generation');
  const observed = valueAt(item, 'status', 'observedGeneration');
  if (observed === generation) return;
  const field = { path: 'status.observedGeneration', ...(observed !== undefined && { currentValue: observed }), proposedValue: generation };
  const words = `is ${observed === undefined ? 'absent' : String(observed)}, the live spec is of generation ${String(generation)}`;
  return problem('StatusStale', `${words}: the status is about another spec; ${sidecarRuns}`, { resource, field });
}

/** Leaders renew every few seconds; clocks differ. */
const leaseIsOldMs = 5 * 60_000;

/** A status is as true as the sidecar is alive: one that died leaves everything Ready. A warning, because it may have moved elsewhere. */
export function deadSidecar(now: string, leaseRenewedAt: string | undefined): Problem[] {
  if (leaseRenewedAt === undefined || !(Date.parse(now) - Date.parse(leaseRenewedAt) > leaseIsOldMs)) return [];
  const { namespace, lease: name } = sidecarHome;
  const resource = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name, namespace };
  const message = `was last renewed at ${leaseRenewedAt}, so the status may be old; ${sidecarRuns}`;
  const field = { path: 'spec.renewTime', currentValue: leaseRenewedAt };
  return [{ ...problem('StatusStale', message, { resource, field }), severity: 'warning' }];
}

/** Whether the sidecar says that workers run the live spec. */
export function isReady({ conditions, silence }: LiveStatus): boolean {
  return silence === undefined && statusIn(conditions, 'Ready') === 'True' && statusIn(conditions, 'Degraded') !== 'True';
}

function statusIn(conditions: readonly PreviousCondition[], type: string): string | undefined {
  return conditions.find((one) => one.type === type)?.status;
}

/** Whether this condition is as it should be; undefined: it is of others, or only says what goes on. */
export function isHealthy({ type, status }: Pick<PreviousCondition, 'type' | 'status'>): boolean | undefined {
  // It is being put on, or nobody can tell: what is live is no worse for it.
  if (type === cautionary && status === 'Unknown') return;
  if (type === cautionary || (positive as readonly string[]).includes(type)) return status === 'True';
  return (negative as readonly string[]).includes(type) ? status === 'False' : undefined;
}

/** Ready is True and Degraded is False; else why not, each cause once. */
export function conditionsHealthy(status: LiveStatus): Problem[] {
  if (status.silence) return [status.silence];
  const { conditions, process } = status;
  const absent = [...decisive].filter((type) => statusIn(conditions, type) === undefined);
  const unhealthy = [...positive, ...negative].flatMap((type) => conditions.filter((one) => one.type === type && isHealthy(one) === false));
  const causes = new Map<string, PreviousCondition[]>();
  for (const condition of unhealthy) {
    const key = causeOf(condition, unhealthy);
    causes.set(key, [...(causes.get(key) ?? []), condition]);
  }
  return [
    ...absent.map((type) =>
      problem('StatusMissing', `the status has no such condition; ${sidecarRuns}`, { resource: process, field: { path: fieldOf([type]) } }),
    ),
    ...[...causes.values()].map((group) => unhealthyProblem(group, process)),
    ...conditions
      .filter(({ type, status: said }) => type === cautionary && said === 'False')
      .map((one): Problem => ({ ...unhealthyProblem([one], process), severity: 'warning' })),
  ];
}

/** The sidecar gives one cause the same words wherever it shows; WorkersReady rests upon WorkloadReady. */
function causeOf({ type, reason, message }: PreviousCondition, among: readonly PreviousCondition[]): string {
  const workload = among.find((one) => one.type === 'WorkloadReady');
  return type === 'WorkersReady' && workload?.reason === reason ? `${reason}\n${workload.message}` : `${reason}\n${message}`;
}

function unhealthyProblem(group: readonly PreviousCondition[], resource: ResourceRef): Problem {
  const [first] = group as [PreviousCondition];
  const known: Reason = Object.hasOwn(reasons, first.reason) ? (first.reason as Reason) : 'ConditionUnhealthy';
  const which = group.map(({ type, status }) => `${type} is ${status}`).join(', ');
  const why = known === first.reason ? first.message : [first.reason, first.message].filter(Boolean).join(': ');
  const field = {
    path: fieldOf(group.map(({ type }) => type)),
    currentValue: first.status,
    proposedValue: (negative as readonly string[]).includes(first.type) ? 'False' : 'True',
  };
  const found = problem(known, `${which}: ${why || 'no message'}`, { resource, field });
  // What cannot be told of a part is no failure where the whole is well.
  const isError = group.some(({ type, status }) => decisive.has(type) || status !== 'Unknown');
  return isError ? found : { ...found, severity: 'warning' };
}

function fieldOf(types: readonly string[]): string {
  return `status.conditions[type=${types.join(',')}]`;
}

/** "Is the Process running the expected checksum?" */
export function definitionCurrent({ definition, silence, process }: LiveStatus, pin: Pin): Problem[] {
  if (silence) return [silence];
  if (!definition) {
    const message = `does not say which definition runs; version ${pin.version} should`;
    return [problem('StatusMissing', message, { resource: process, field: { path: 'status.definition', proposedValue: pin.checksum } })];
  }
  const { version, checksum } = definition;
  if (version === pin.version && checksum === pin.checksum) return [];
  const message = `version ${String(version)} (${String(checksum)}) runs, the Process pins version ${pin.version} (${pin.checksum}); render again and apply, or wait for the roll-out`;
  const field = { path: 'status.definition.checksum', currentValue: checksum, proposedValue: pin.checksum };
  return [problem('DefinitionNotMounted', message, { resource: process, field })];
}
