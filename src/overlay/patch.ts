/** The patch in which an overlay keeps a Process's pin: which one it is, and the edits of it. */

import { place, processApiVersion, processKind } from '../names.ts';
import type { Package } from '../package/package.ts';
import { type Pins, pinEdits, retainedPath } from '../pin.ts';
import { canaryEdits } from '../pinning/canary-edits.ts';
import type { Asked, WantedVersion } from '../pinning/target.ts';
import { inOrder, versionPath } from '../pinning/version-edits.ts';
import type { Process } from '../process.ts';
import { isProcessKind, placeOf } from '../render/located.ts';
import { isObject, isSame, nameOf, type Resource, valueAt } from '../resource.ts';
import type { Change } from '../resource-list.ts';
import type { Edit } from '../yaml/edit.ts';
import { type Kustomization, patchFilesOf, pathOfEntry } from './kustomization.ts';

type DefinitionRef = Process['spec']['definitionRef'];

/** The item that is this overlay's patch of the pin: the last listed one that sets it, else one in the file of our own name. */
export function findPatch(pkg: Package, kustomization: Kustomization, names: readonly string[], ownPath: string): number | undefined {
  const listed = patchFilesOf(kustomization).map(({ path, target }) => ({ path: pathOfEntry(kustomization, path), target }));
  const isAbout = (item: Resource, target: string | undefined) => isProcessKind(item) && names.includes(target ?? nameOf(item));
  const candidates = listed.flatMap(({ path, target }) =>
    pkg.items.flatMap((item, index) => (placeOf(item)?.path === path && isAbout(item, target) ? [index] : [])),
  );
  const pinning = candidates.filter((index) => referenceIn(pkg.items[index]!)?.pin !== undefined);
  const own = pkg.items.findIndex((item) => placeOf(item)?.path === ownPath && isAbout(item, undefined));
  return pinning.at(-1) ?? (own < 0 ? undefined : own);
}

/** The Process as it will be built once the patch is listed: one that was copied from another overlay, say. */
export function withUnlisted(resource: Resource, patch: Resource, kustomization: Kustomization): Resource {
  const path = placeOf(patch)?.path;
  const isListed = patchFilesOf(kustomization).some((listed) => pathOfEntry(kustomization, listed.path) === path);
  const spec = isObject(resource.spec) ? resource.spec : {};
  const reference = referenceIn(patch);
  if (isListed || !reference) return resource;
  const merged = Object.entries({ ...referenceIn(resource), ...reference }).filter(([, value]) => value !== null);
  return { ...resource, spec: { ...spec, definitionRef: Object.fromEntries(merged) } };
}

function referenceIn(patch: Resource): Readonly<Record<string, unknown>> | undefined {
  const spec = isObject(patch.spec) ? patch.spec : {};
  return isObject(spec.definitionRef) ? spec.definitionRef : undefined;
}

/** A patch of its own, in the file at `path`. */
export function newPatch(owner: Process, path: string, spec: object): Change {
  const { name, namespace } = owner.metadata;
  const annotations = { [place.path[0]]: path, [place.index[0]]: '0' };
  const metadata = { name, ...(namespace && { namespace }), annotations };
  return { kind: 'add', resource: { apiVersion: processApiVersion, kind: processKind, metadata, spec } };
}

/**
 * What stands in a patch: the pin, and everything that is retained, even if that is nothing: what the base pins and retains later must
 * not show here. The version only where it was asked for; `null` takes away the one that the base wants (`baseVersion`).
 */
function patchedReference(next: Pins, wanted: WantedVersion, baseVersion: number | undefined): object {
  const version = typeof wanted === 'number' ? { version: wanted } : wanted && baseVersion !== undefined ? { version: null } : {};
  return { ...version, pin: next.pin, retained: next.retained };
}

/** The edits of a patch that is there. */
export function patchEdits(patch: Resource, next: Pins, asked: Asked, baseVersion: number | undefined): Edit[] {
  const wanted = versionOfStable(asked);
  const rollout = valueAt(patch, 'spec', 'rollout') as Process['spec']['rollout'];
  const canary = asked.track === 'canary' ? canaryEdits(rollout, next, asked.version) : [];
  return [...referenceEdits(patch, next, wanted, baseVersion), ...canary];
}

/** A patch with all that was asked for, for a Process that has none. */
export function patchedSpec(next: Pins, asked: Asked, baseVersion: number | undefined): object {
  const version = typeof asked.version === 'number' && { version: asked.version };
  const canary = asked.track === 'canary' && { rollout: { strategy: 'Canary', canary: { ...version, pin: next.canary } } };
  return { definitionRef: patchedReference(next, versionOfStable(asked), baseVersion), ...canary };
}

function versionOfStable({ track, version }: Asked): WantedVersion {
  return track === 'stable' ? version : undefined;
}

function referenceEdits(patch: Resource, next: Pins, wanted: WantedVersion, baseVersion: number | undefined): Edit[] {
  const reference = referenceIn(patch);
  if (!reference) return [{ set: ['spec', 'definitionRef'], to: patchedReference(next, wanted, baseVersion) }];
  const versions = versionEdits(reference, wanted, baseVersion);
  const ref = reference as unknown as DefinitionRef;
  if (next.retained.length > 0) return inOrder(ref, versions, pinEdits(ref, next));
  const cleared = isSame(ref.retained, []) ? [] : [{ set: retainedPath, to: [] }];
  return inOrder(ref, versions, [...pinEdits({ ...ref, retained: [] }, next), ...cleared]);
}

function versionEdits(reference: Readonly<Record<string, unknown>>, wanted: WantedVersion, baseVersion: number | undefined): Edit[] {
  if (wanted === undefined) return [];
  const next = wanted === 'latest' ? (baseVersion === undefined ? undefined : null) : wanted;
  if (reference.version === next && (next !== undefined || !('version' in reference))) return [];
  return [next === undefined ? { remove: versionPath } : { set: versionPath, to: next }];
}
