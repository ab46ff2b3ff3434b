/** `status.slaChecks` of a Process: what each check found, read back without trusting it. Each check owns its entry, and no other. */
import { tool } from '../names.ts';
import type { ProcessStatus } from '../process.ts';
import { objectsAt, type Resource } from '../resource.ts';
import { wantedDrain } from '../sidecar/drain/wanted.ts';
import { textIn } from '../sidecar/seen/fields.ts';
import type { Before } from './window.ts';

export type CheckStatus = NonNullable<ProcessStatus['slaChecks']>[number];

/** The field manager of one check's entry. */
export function managerOf(check: string): string {
  return `${tool}-sla-${check}`;
}

export interface LastRun {
  /** Undefined: it never judged, or what is there is of no use. */
  readonly before?: Before;
  readonly reported: number;
}

export function lastRunOf(process: Resource, check: string): LastRun {
  const found = entryOf(process, check);
  if (!found) return { reported: 0 };
  const [checkedThrough, maxDuration, workflowType] = [
    textIn(found, 'checkedThrough'),
    textIn(found, 'maxDuration'),
    textIn(found, 'workflowType'),
  ];
  const reported = typeof found.reported === 'number' ? found.reported : 0;
  if (checkedThrough === undefined || Number.isNaN(Date.parse(checkedThrough)) || maxDuration === undefined) return { reported };
  return { reported, before: { checkedThrough, maxDuration, ...(workflowType !== undefined && { workflowType }) } };
}

export interface WantedCheck {
  /** As it stands in the spec. */
  readonly wanted: Resource;
  /** What it left in the status; undefined: it has not looked yet. */
  readonly found: Resource | undefined;
}

/** The checks of the spec. What others that are gone have left in the status means nothing: nobody may be there to remove it. */
export function wantedChecks(process: Resource): WantedCheck[] {
  return objectsAt(process, 'spec', 'slaChecks').map((wanted) => ({ wanted, found: entryOf(process, wanted.name) }));
}

/** While a Process is drained its CronJobs are suspended, or going: what they found last grows old, and nobody corrects it. */
export function areChecksSuspended(process: Resource): boolean {
  return wantedDrain(process) !== 'Off';
}

/** Entries of checks that the spec has no more; nobody will write them again. */
export function staleChecks(process: Resource): string[] {
  const wanted = new Set(objectsAt(process, 'spec', 'slaChecks').map(({ name }) => name));
  return objectsAt(process, 'status', 'slaChecks').flatMap(({ name }) => (typeof name === 'string' && !wanted.has(name) ? [name] : []));
}

function entryOf(process: Resource, check: unknown): Resource | undefined {
  return objectsAt(process, 'status', 'slaChecks').find(({ name }) => name === check);
}
