/** The Processes that an overlay builds, as targets: those from elsewhere are pinned in patches, its own files in place. */
import { realpathSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import { definitionConfigMapName, fit, generatedFile } from '../names.ts';
import type { Package } from '../package/package.ts';
import { type DefinitionBytes, definitionBytes } from '../pinning/definition-bytes.ts';
import { folderTarget } from '../pinning/folder-targets.ts';
import type { Target } from '../pinning/target.ts';
import type { Problem } from '../problem.ts';
import { type Pin, type Process, parseProcess } from '../process.ts';
import { isProcessKind, placeOf } from '../render/located.ts';
import { isObject, isSame, nameOf, namespaceOf, type Resource } from '../resource.ts';
import type { Built, OverlayBuild } from './build.ts';
import { insideOf } from './inside.ts';
import type { Kustomization } from './kustomization.ts';
import { findPatch, newPatch, patchEdits, patchedSpec, withUnlisted } from './patch.ts';
import { processNamesIn } from './process-names.ts';

export interface Overlay {
  readonly dir: string;
  readonly pkg: Package;
  readonly kustomization: Kustomization;
  readonly build: OverlayBuild;
  /** Items of the package that are Processes; patches are none. */
  readonly processes: readonly number[];
}

/** A Process of the overlay and what it is to `pin`. */
export interface OverlayProcess {
  /** As built. */
  readonly name: string;
  readonly namespace: string;
  /** What people may call it as well: its name in a patch, and in its file. */
  readonly otherNames: readonly string[];
  read(): { target: Target } | { problems: readonly Problem[] };
}

export function overlayProcesses(overlay: Overlay): OverlayProcess[] {
  const { build, pkg } = overlay;
  const bytes = definitionBytes([...build.items.map(({ resource }) => resource), ...pkg.items]);
  const built = build.items.filter(({ resource }) => isProcessKind(resource));
  const inside = built.map((one) => insideOf(one, overlay));
  const stems = inside.map((one) => stemOf(one, inside));
  return built.map((one, at) => ({
    name: nameOf(one.resource),
    namespace: namespaceOf(one.resource),
    otherNames: [nameOf(inside[at]!), ...processNamesIn(one.file)],
    read: () => readTarget(overlay, { one, inside: inside[at]!, stem: stems[at]!, bytes, isAlone: isAlone(one, built) }),
  }));
}

/** What files are named after; the namespace only where two Processes would share them. */
function stemOf(inside: Resource, all: readonly Resource[]): string {
  const isShared = all.filter((other) => nameOf(other) === nameOf(inside)).length > 1;
  return isShared && namespaceOf(inside) ? `${namespaceOf(inside)}.${nameOf(inside)}` : nameOf(inside);
}

function isAlone({ file }: Built, built: readonly Built[]): boolean {
  return built.filter((other) => other.file === file).length === 1;
}

interface Reading {
  readonly one: Built;
  readonly inside: Resource;
  readonly stem: string;
  readonly bytes: DefinitionBytes;
  readonly isAlone: boolean;
}

function readTarget(overlay: Overlay, reading: Reading): { target: Target } | { problems: readonly Problem[] } {
  const own = ownItem(overlay, reading);
  return own === undefined ? readPatched(overlay, reading) : readInPlace(overlay, reading, own);
}

/** Pinned in its own file: what is asked for is the built one. */
function readInPlace(overlay: Overlay, { one, bytes }: Reading, index: number): { target: Target } | { problems: readonly Problem[] } {
  const item = overlay.pkg.items[index]!;
  const options = { file: { path: placeOf(item)!.path }, pinMayMismatch: true };
  const [built, written] = [parseProcess(one.resource, options), parseProcess(item, options)];
  if ('problems' in built) return built;
  if ('problems' in written) return written;
  const target = folderTarget({ index, process: written.process, place: placeOf(item) }, bytes);
  return { target: { ...target, process: built.process } };
}

function readPatched(overlay: Overlay, reading: Reading): { target: Target } | { problems: readonly Problem[] } {
  const { kustomization, pkg } = overlay;
  const { one, inside, stem } = reading;
  const found = findPatch(pkg, kustomization, [nameOf(inside), ...processNamesIn(one.file)], patchFile(stem));
  const resource = found === undefined ? one.resource : withUnlisted(one.resource, pkg.items[found]!, kustomization);
  const parsed = parseProcess(resource, { file: { path: kustomization.path }, pinMayMismatch: true });
  if ('problems' in parsed) return parsed;
  const process = withPinsInOrder(parsed.process);
  const labels = isObject(inside.metadata) && isObject(inside.metadata.labels) ? inside.metadata.labels : undefined;
  const namespace = namespaceOf(inside);
  const metadata = { name: nameOf(inside), ...(namespace && { namespace }), ...(labels && { labels }) };
  const owner = { ...process, metadata } as Process;
  return { target: patchTarget(overlay, { ...reading, process, owner, found }) };
}

function patchFile(stem: string): string {
  return `${fit(stem, 245)}.pin.yaml`;
}

/** kustomize sorts keys; in files they stand as people read them. */
function withPinsInOrder(process: Process): Process {
  const { pin, retained, ...rest } = process.spec.definitionRef;
  const inOrder = ({ id, version, checksum }: Pin): Pin => ({ id, version, checksum });
  const definitionRef = { ...rest, ...(pin && { pin: inOrder(pin) }), ...(retained && { retained: retained.map(inOrder) }) };
  return { ...process, spec: { ...process.spec, definitionRef } };
}

/** The item of the package that is this Process, if no other is made of it and nothing on the way changes what it refers to. */
function ownItem({ dir, pkg, processes }: Overlay, { one, isAlone: alone, inside }: Reading): number | undefined {
  if (one.file === undefined) return;
  const path = relative(realpathSync(dir), one.file).split(sep).join('/');
  if (path.startsWith('../')) return;
  const here = processes.filter((index) => placeOf(pkg.items[index]!)?.path === path);
  const own = alone ? here : here.filter((index) => nameOf(pkg.items[index]!) === nameOf(inside));
  if (own.length !== 1) return;
  return isSame(referenceOf(pkg.items[own[0]!]!), referenceOf(one.resource)) ? own[0] : undefined;
}

function referenceOf(resource: Resource): unknown {
  return isObject(resource.spec) ? resource.spec.definitionRef : undefined;
}

function patchTarget(overlay: Overlay, at: Reading & { process: Process; owner: Process; found: number | undefined }): Target {
  const { pkg, kustomization, dir, build } = overlay;
  const { process, owner, stem, inside, one, bytes, found } = at;
  const ownPath = patchFile(stem);
  const patch = found === undefined ? ownPath : placeOf(pkg.items[found]!)!.path;
  const baseVersion = versionOf(build.taken ? inside : one.resource);
  return {
    process,
    owner,
    bytes,
    patch,
    path: found === undefined ? kustomization.path : patch,
    generatedPath: generatedFile(stem),
    configMapName: (checksum) => overlayConfigMapName(owner.metadata.name, checksum, dir),
    changes(next, asked) {
      if (found === undefined) return [newPatch(owner, ownPath, patchedSpec(next, asked, baseVersion))];
      const edits = patchEdits(pkg.items[found]!, next, asked, baseVersion);
      return edits.length > 0 ? [{ kind: 'edit', index: found, edits }] : [];
    },
  };
}

function versionOf(resource: Resource): number | undefined {
  const reference = referenceOf(resource);
  return isObject(reference) && typeof reference.version === 'number' ? reference.version : undefined;
}

/**
 * Named for the overlay too: the base may have, or get, a ConfigMap with the same bytes, and two objects of one name would break the
 * build. The render finds them by their annotations and gives the one that it needs its usual name.
 */
function overlayConfigMapName(process: string, checksum: string, dir: string): string {
  const folder = basename(realpathSync(dir))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return fit(`${definitionConfigMapName(process, checksum)}-${folder || 'overlay'}`, 253);
}
