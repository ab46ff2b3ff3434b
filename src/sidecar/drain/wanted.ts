/** Whether a drain is wanted, by the live Process alone. Pure. */
import { type Resource, valueAt } from '../../resource.ts';
import { hasFinalizer, isDeleting } from '../guard/guard.ts';
import type { DrainInput } from './drain.ts';

/** Undefined: it is being deleted and is not ours to hold, or not any more; it is left alone. */
export function wantedDrain(process: Resource): DrainInput['wanted'] | undefined {
  if (isDeleting(process)) return hasFinalizer(process) ? 'Deletion' : undefined;
  return valueAt(process, 'spec', 'lifecycle') === 'Draining' ? 'Lifecycle' : 'Off';
}

/** A drain is on, or is being undone: looks at it ask Temporal, and wait for the answers. */
export function isDrained(process: Resource | undefined): boolean {
  if (!process) return false;
  const wanted = wantedDrain(process);
  return wanted !== undefined && (wanted !== 'Off' || valueAt(process, 'status', 'drain') !== undefined);
}
