/** What a kustomization takes from elsewhere, read from its files without building it: enough to tell an overlay from a plain folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../problem.ts';
import { entriesOf, type Kustomization, kustomizationFiles, readKustomization } from './kustomization.ts';

/** Every kustomization below `dir`, its own first. */
export function readKustomizations(dir: string): { kustomizations: Kustomization[]; problems: Problem[] } {
  const kustomizations: Kustomization[] = [];
  const problems: Problem[] = [];
  for (const folder of foldersWithKustomization(dir, '')) {
    const found = readKustomization(dir, folder);
    if (!found) continue;
    if ('reason' in found) problems.push(found);
    else kustomizations.push(found);
  }
  return { kustomizations, problems };
}

function foldersWithKustomization(dir: string, below: string): string[] {
  const entries = readdirSync(join(dir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const isHere = entries.some(({ name }) => kustomizationFiles.some((known) => known === name));
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules');
  const inner = folders.flatMap(({ name }) => foldersWithKustomization(dir, below === '' ? name : `${below}/${name}`));
  return isHere ? [below, ...inner] : inner;
}

/** Whether Processes come into the kustomization in `folder` from outside that folder: then its pins stand in patches. */
export function isOverlay(folder: string): boolean {
  const files = new Set<string>();
  const isRemote = walk(resolve(folder), files, new Set());
  return isRemote || [...files].some((file) => relative(resolve(folder), file).startsWith(`..${sep}`));
}

/** Adds the files with Processes that the kustomization in `folder` takes. Tells whether something comes over the network. */
function walk(folder: string, files: Set<string>, seen: Set<string>): boolean {
  if (seen.has(folder)) return false;
  seen.add(folder);
  const kustomization = readKustomization(folder, '');
  if (!kustomization || 'reason' in kustomization) return false;
  let isRemote = false;
  for (const entry of ['resources', 'components', 'bases'].flatMap((key) => entriesOf(kustomization, key))) {
    const path = resolve(folder, entry);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) isRemote = walk(path, files, seen) || isRemote;
    else if (found?.isFile()) {
      if (hasProcess(path)) files.add(path);
    } else if (isRemoteBase(entry)) isRemote = true;
  }
  return isRemote;
}

function hasProcess(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  return text.includes('ameide.io/') && /\bProcess\b/.test(text);
}

/** A repository; a single file of manifests (a CRD, say) is none. */
function isRemoteBase(entry: string): boolean {
  return /:\/\/|^git@|^github\.com\/|[?&]ref=/.test(entry) && !/\.ya?ml($|\?)/.test(entry);
}
