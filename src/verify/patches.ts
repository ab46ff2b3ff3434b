/** Pins that stand in an overlay's patches: each must have its bytes in a ConfigMap of the same folder. What the patch leaves to the base is not known here. Pure. */
import { annotation } from '../names.ts';
import type { Problem } from '../problem.ts';
import type { Pin } from '../process.ts';
import { definitionStore } from '../render/definition-store.ts';
import { folderOf, placeOf } from '../render/located.ts';
import { annotationOf, type Resource, referTo, valueAt } from '../resource.ts';
import { folderIn } from './builds.ts';
import type { Outcome } from './outcome.ts';
import { pinsOf } from './written-pins.ts';

export function checkPatches(patches: readonly Resource[], items: readonly Resource[], dir: string): Outcome[] {
  return patches.flatMap((patch) => {
    const file = placeOf(patch)!.path;
    const neighbours = items.filter((item) => item.kind === 'ConfigMap' && folderOf(placeOf(item)?.path ?? '') === folderOf(file));
    const store = definitionStore(neighbours);
    const process = referTo(patch);
    const pins = pinsOf(patch);
    if (pins.length === 0) return [];
    const problems = pins.flatMap(({ pin, role, field }): Problem[] => {
      const text = store.read(pin, tenantOf(patch, pin, neighbours), role, field);
      if (typeof text === 'string') return [];
      // An overlay is pinned by itself, whatever folder it is verified in.
      const message = text.message.replaceAll('ameide-process pin DIR', `ameide-process pin ${folderIn(dir, folderOf(file))}`);
      return [{ ...text, message, resource: process, file: { path: file } }];
    });
    return [{ check: 'definition', process, file, problems }];
  });
}

/** A patch seldom names the tenant: then it is the one of the definitions beside it, of these bytes if they are there. */
function tenantOf(patch: Resource, pin: Pin, configMaps: readonly Resource[]): string {
  const named = valueAt(patch, 'spec', 'definitionRef', 'tenantId');
  const stored =
    configMaps.find((item) => annotationOf(item, annotation.definitionChecksum) === pin.checksum) ??
    configMaps.find((item) => annotationOf(item, annotation.definitionId) === pin.id);
  return typeof named === 'string' ? named : ((stored && annotationOf(stored, annotation.definitionTenant)) ?? '');
}
