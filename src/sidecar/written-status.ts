/** Whether a live status already says what was decided: only what the sidecar writes is compared, what others added is theirs. */
import type { ProcessStatus } from '../process.ts';
import { isObject, isSame, type Resource } from '../resource.ts';

/** Every type of condition that the sidecar ever writes. */
export const ownConditions = [
  'Ready',
  'DefinitionResolved',
  'WorkloadReady',
  'WorkersReady',
  'TemporalHealthy',
  'DependenciesReady',
  'CanaryReady',
  'Degraded',
  'Guarded',
  'AcceptingStarts',
  'Draining',
  'Drained',
  'Reconciling',
  'Stalled',
] as const;

export function isWritten(live: unknown, decided: ProcessStatus): boolean {
  if (!isObject(live)) return false;
  const { observedGeneration, definition, retained, temporal, workers, drain, conditions } = live;
  const own = (Array.isArray(conditions) ? conditions : []).filter((one): one is Resource => isObject(one) && isOwn(one.type));
  const byType = (list: readonly Resource[]) => Object.fromEntries(list.map((one) => [String(one.type), one]));
  return isSame(
    { observedGeneration, definition, retained, temporal, workers, drain, conditions: byType(own) },
    {
      observedGeneration: decided.observedGeneration,
      definition: decided.definition,
      retained: decided.retained,
      temporal: decided.temporal,
      workers: decided.workers,
      drain: decided.drain,
      conditions: byType((decided.conditions ?? []) as unknown as readonly Resource[]),
    },
  );
}

function isOwn(type: unknown): boolean {
  return (ownConditions as readonly unknown[]).includes(type);
}
