/** What a pod's containers amount to: phase and conditions. Pure but for the time of a transition, which is given. */
import type { ContainerStatus } from './container-status.ts';
import type { Pod, PodCondition, PodStatus } from './pod.ts';

export interface Seen {
  /** The live pod; conditions that others set stay. */
  readonly pod: Pod;
  readonly containers: readonly ContainerStatus[];
  readonly areVolumesMounted: boolean;
  readonly startTime: string;
  readonly now: string;
  /** The conditions that were written last. */
  readonly before: readonly PodCondition[];
}

const loopback = '127.0.0.1';

export function podStatus(seen: Seen): PodStatus {
  const { pod, containers, startTime } = seen;
  return {
    phase: phaseOf(pod, containers),
    observedGeneration: pod.metadata.generation,
    conditions: conditions(seen),
    containerStatuses: containers,
    startTime,
    hostIP: loopback,
    hostIPs: [{ ip: loopback }],
    podIP: loopback,
    podIPs: [{ ip: loopback }],
    // The API server's word, by what the containers request; it may not be changed.
    qosClass: pod.status?.qosClass ?? 'BestEffort',
  };
}

export function phaseOf({ spec }: Pod, containers: readonly ContainerStatus[]): string {
  const isOver = ({ state }: ContainerStatus) =>
    state.terminated !== undefined && !isRestarted(spec.restartPolicy, state.terminated.exitCode);
  if (containers.every(isOver)) return containers.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  const hasNotBegun = ({ state, lastState }: ContainerStatus) => state.waiting !== undefined && !lastState.terminated;
  return containers.some(hasNotBegun) ? 'Pending' : 'Running';
}

export function isRestarted(policy: Pod['spec']['restartPolicy'], exitCode: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function conditions(seen: Seen): PodCondition[] {
  const { pod, containers, areVolumesMounted } = seen;
  const phase = phaseOf(pod, containers);
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const isCompleted = phase === 'Succeeded' || phase === 'Failed';
  const reason = isCompleted ? 'PodCompleted' : 'ContainersNotReady';
  const readiness: Omit<PodCondition, 'type'> =
    unready.length === 0
      ? { status: 'True' }
      : { status: 'False', reason, ...(!isCompleted && { message: `containers with unready status: [${unready.join(' ')}]` }) };
  const ours: PodCondition[] = [
    { type: 'PodReadyToStartContainers', status: areVolumesMounted ? 'True' : 'False' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  const names = new Set(ours.map(({ type }) => type));
  const others = (pod.status?.conditions ?? []).filter(({ type }) => !names.has(type));
  return [...ours.map((condition) => timed(condition, seen)), ...others];
}

/** A condition's time is that of its last change of status. */
function timed(condition: PodCondition, { before, now }: Seen): PodCondition {
  const last = before.find(({ type }) => type === condition.type);
  const lastTransitionTime = last?.status === condition.status && last.lastTransitionTime ? last.lastTransitionTime : now;
  return { ...condition, lastTransitionTime };
}
