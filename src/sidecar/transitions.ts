/** The Events that a new status is worth: one for each condition that turned. Pure. */
import type { ProcessStatus } from '../process.ts';
import { previousConditions } from './previous.ts';

export interface Transition {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** The condition that turned. */
  readonly action: string;
  readonly note: string;
}

/** What follows from others is not told twice. */
const told: ReadonlySet<string> = new Set([
  'Ready',
  'DefinitionResolved',
  'WorkersReady',
  'TemporalHealthy',
  'DependenciesReady',
  'Draining',
  'Drained',
]);

export function transitions(before: unknown, after: ProcessStatus): Transition[] {
  const previous = previousConditions(before);
  const isOnItsWay = (after.conditions ?? []).some(({ type }) => type === 'Reconciling');
  return (after.conditions ?? []).flatMap(({ type, status, reason = '', message = '' }) => {
    const last = previous.get(type)?.status;
    if (!told.has(type) || last === status) return [];
    // The first look is news only where something is wrong that does not pass by itself, or where it is about the whole.
    if (last === undefined && (isOnItsWay || status === 'Unknown' || (status === 'True' && type !== 'Ready'))) return [];
    return [{ type: status === 'False' ? ('Warning' as const) : ('Normal' as const), reason, action: type, note: `${type}: ${message}` }];
  });
}
