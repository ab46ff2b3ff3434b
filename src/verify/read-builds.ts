/** What the kustomizations of a folder build, read from their files without building: which files each takes, whether it has pins, and what it lists that is not there. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { entriesOf, type Kustomization, patchFilesOf, pathOfEntry, readKustomization } from '../overlay/kustomization.ts';
import { isOverlay } from '../overlay/reach.ts';
import { parseDocuments } from '../package/documents.ts';
import { isProcessKind } from '../render/located.ts';
import { isObject, objectsAt, type Resource, valueAt } from '../resource.ts';

/** The keys under which a kustomization takes files, and other kustomizations. */
export const takenKeys = ['resources', 'bases', 'components'] as const;

/** A kustomization that no other one of the folder takes: what a person builds. Paths are relative to the folder that is verified. */
export interface Build {
  readonly folder: string;
  /** The files with Processes that it takes, itself or through others. */
  readonly files: ReadonlySet<string>;
  /** A pin stands in a patch of it, or of one that it takes. */
  readonly hasPinPatch: boolean;
  readonly unpinned: readonly Unpinned[];
}

/** A kustomization with Processes from others, none of which has a pin. */
export interface Unpinned {
  readonly path: string;
  readonly folder: string;
  readonly isOverlay: boolean;
  readonly processes: readonly Resource[];
}

export function readBuilds(dir: string, kustomizations: readonly Kustomization[]): Build[] {
  const taken = new Set(kustomizations.flatMap((one) => entryPaths(one)).map((path) => resolve(dir, path)));
  const roots = kustomizations.filter(({ folder }) => !taken.has(resolve(dir, folder)));
  return roots.map((root) => {
    const { files, hasPinPatch, unpinned } = reach(dir, root, { isRoot: true, seen: new Set() });
    return { folder: root.folder, files: new Set(files), hasPinPatch, unpinned };
  });
}

function entryPaths(kustomization: Kustomization): string[] {
  return takenKeys.flatMap((key) => entriesOf(kustomization, key)).map((entry) => pathOfEntry(kustomization, entry));
}

interface Reach {
  readonly files: readonly string[];
  readonly hasPinPatch: boolean;
  /** Something in it has a pin. */
  readonly isPinned: boolean;
  readonly processes: readonly Resource[];
  readonly unpinned: readonly Unpinned[];
}

/** A Process in a root's own files is no overlay's: it is told of where it stands. */
function reach(dir: string, kustomization: Kustomization, { isRoot, seen }: { isRoot: boolean; seen: ReadonlySet<string> }): Reach {
  const { path, folder } = kustomization;
  const within = new Set([...seen, resolve(dir, folder)]);
  const paths = entryPaths(kustomization).filter((entry) => !within.has(resolve(dir, entry)));
  const own = paths.filter((entry) => statOf(dir, entry)?.isFile()).map((file) => ({ file, processes: processesIn(join(dir, file)) }));
  const inner = paths
    .filter((entry) => statOf(dir, entry)?.isDirectory())
    .flatMap((entry) => {
      const found = readKustomization(dir, entry);
      return found && 'folder' in found ? [reach(dir, found, { isRoot: false, seen: within })] : [];
    });
  const ownProcesses = own.flatMap(({ processes }) => processes);
  const ownUnpinned = isRoot ? [] : ownProcesses.filter((process) => !hasPin(process));
  const patched = patchTexts(dir, kustomization).some((text) => /(?<!@)sha256:[0-9a-f]{64}/.test(text));
  const isPinned = patched || ownProcesses.some(hasPin) || inner.some((one) => one.isPinned);
  const processes = [...inner.flatMap((one) => one.processes), ...ownProcesses];
  const below = inner.flatMap((one) => one.unpinned);
  const itself = (open: readonly Resource[]) => ({ path, folder, isOverlay: isOverlay(join(dir, folder)), processes: open });
  const mixed = [...below, ...(ownUnpinned.length > 0 ? [itself(ownUnpinned)] : [])];
  const openHere = [...below.flatMap((one) => one.processes), ...ownUnpinned];
  return {
    files: [...own.filter((one) => one.processes.length > 0).map(({ file }) => file), ...inner.flatMap((one) => one.files)],
    hasPinPatch: patched || inner.some((one) => one.hasPinPatch),
    isPinned,
    processes,
    unpinned: patched || openHere.length === 0 ? [] : isPinned ? mixed : [itself(openHere)],
  };
}

function statOf(dir: string, path: string) {
  return statSync(join(dir, path), { throwIfNoEntry: false });
}

function hasPin(process: Resource): boolean {
  return valueAt(process, 'spec', 'definitionRef', 'pin') !== undefined;
}

/** What cannot be read is told of by those who read the folder. */
function processesIn(file: string): Resource[] {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('ameide.io/')) return [];
  const parsed = parseDocuments(text);
  return 'problem' in parsed ? [] : parsed.documents.flatMap(({ resource }) => (resource && isProcessKind(resource) ? [resource] : []));
}

/** Every patch, of whatever kind: those in files, and those in the kustomization itself. */
function patchTexts(dir: string, kustomization: Kustomization): string[] {
  const { resource } = kustomization;
  const listed = [...objectsAt(resource, 'patches'), ...objectsAt(resource, 'patchesJson6902')];
  const inline = [...listed.map(({ patch }) => patch), ...entriesOf(kustomization, 'patchesStrategicMerge')];
  const files = patchPaths(kustomization).map((path) => join(dir, path));
  return [
    ...inline.filter((text) => typeof text === 'string'),
    ...files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile()).map((file) => readFileSync(file, 'utf8')),
  ];
}

function patchPaths(kustomization: Kustomization): string[] {
  const json = objectsAt(kustomization.resource, 'patchesJson6902').flatMap(({ path }) => (typeof path === 'string' ? [path] : []));
  return [...patchFilesOf(kustomization).map(({ path }) => path), ...json].map((path) => pathOfEntry(kustomization, path));
}

const fileKeys = [...takenKeys, 'transformers', 'generators', 'validators', 'configurations', 'crds'] as const;

/** What a kustomization lists and is not there, as it is written. */
export function missingEntries(dir: string, kustomization: Kustomization): string[] {
  const { resource } = kustomization;
  const listed = fileKeys.flatMap((key) => entriesOf(kustomization, key)).filter((entry) => !entry.includes('\n'));
  const patches = [...patchFilesOf(kustomization), ...objectsAt(resource, 'patchesJson6902'), ...objectsAt(resource, 'replacements')];
  const paths = patches.filter(isObject).flatMap(({ path }) => (typeof path === 'string' ? [path] : []));
  return [...listed, ...paths].filter((entry) => !isRemote(entry) && !existsSync(join(dir, pathOfEntry(kustomization, entry))));
}

/** A URL or a repository; a name with a dot before its first slash is a host, unless it is a file's. */
function isRemote(entry: string): boolean {
  if (/:\/\/|^git@|[?&]ref=|^[^./][^/]*:/.test(entry)) return true;
  return /^[\w-]+(\.[\w-]+)+\//.test(entry) && !/\.(ya?ml|json)$/.test(entry);
}
