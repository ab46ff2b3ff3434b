/** What tests of canaries put on the stage: versions 2 and 3 of a definition, and what Git has applied. */
import type { KubeObject } from '../testbed/api.ts';
import { apply } from '../testbed/apply.ts';
import { checksumOfVersion } from './canary-workflows.ts';
import type { DrainBed } from './drain-bed.ts';
import { byProcess } from './live-bed.ts';

export const [two, three] = [checksumOfVersion(2), checksumOfVersion(3)];

export const onVersion = (version: number, more: object = {}) => ({ definitionRef: { id: 'L2O_v3', tenantId: 't123', version }, ...more });

/** Of the condition CanaryReady. */
export const canaryPolls = /^True PollersLive: the canary: .* by 1 of 1 pod/;

/** What Git has of the Process is rendered and applied; gives its objects. */
export async function sync(bed: DrainBed, name: string): Promise<readonly KubeObject[]> {
  bed.team.run('render');
  const objects = byProcess(bed.team).get(name)!;
  await apply(bed.plane, objects);
  return objects;
}
