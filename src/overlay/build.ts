/**
 * What kustomize makes of an overlay. A throwaway kustomization around it adds where each object came from; a second one holds what
 * the overlay takes in, as it is before the overlay's own patches, prefix and namespace: the names that a patch needs.
 */
import { mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseDocuments } from '../package/documents.ts';
import { type Problem, problem } from '../problem.ts';
import { isProcessKind } from '../render/located.ts';
import { annotationOf, annotationsOf, isObject, type Resource } from '../resource.ts';
import { entriesOf, type Kustomization } from './kustomization.ts';
import type { Kustomize } from './kustomize.ts';
import { withScratchFolder } from './scratch-folder.ts';

/** An object that kustomize made. */
export interface Built {
  readonly resource: Resource;
  /** The file that it came from; undefined for one that was fetched or generated. */
  readonly file: string | undefined;
}

export interface OverlayBuild {
  readonly items: readonly Built[];
  /** The Processes before the overlay's own transformations; undefined where they cannot be built by themselves. */
  readonly taken: readonly Built[] | undefined;
}

/** What kustomize says is wrong, and the Processes that the overlay takes in, where they can be built. */
interface NotBuilt extends Pick<OverlayBuild, 'taken'> {
  readonly problem: Problem;
}

/** Builds the overlay in `dir`. Nothing is written there. */
export function buildOverlay(kustomize: Kustomize, dir: string, kustomization: Kustomization): Promise<OverlayBuild | NotBuilt> {
  const real = realpathSync(dir);
  return withScratchFolder(async (scratch) => {
    const around = writeKustomization(join(scratch, 'built'), { resources: [real] });
    const inside = writeKustomization(join(scratch, 'taken'), {
      resources: ['resources', 'bases'].flatMap((key) => entriesOf(kustomization, key)).map((entry) => locate(real, entry)),
      components: entriesOf(kustomization, 'components').map((entry) => locate(real, entry)),
    });
    const [built, taken] = await Promise.all([build(kustomize, around), build(kustomize, inside)]);
    const processes = Array.isArray(taken) ? taken.filter(({ resource }) => isProcessKind(resource)) : undefined;
    if (!Array.isArray(built)) {
      return { problem: problem('PackageInvalid', `kustomize cannot build it: ${built.error}`, { file: { path: '.' } }), taken: processes };
    }
    return { items: built, taken: processes };
  });
}

/** A local file or folder by its path, anything else (a repository, a URL) as it is. */
function locate(dir: string, entry: string): string {
  const path = resolve(dir, entry);
  return statSync(path, { throwIfNoEntry: false }) ? path : entry;
}

/** kustomize takes folders by relative paths only. */
function writeKustomization(folder: string, lists: { resources: readonly string[]; components?: readonly string[] }): string {
  const inside = (path: string) => (path.startsWith('/') ? relative(folder, path) : path);
  mkdirSync(folder);
  const { resources, components = [] } = lists;
  const content = {
    resources: resources.map(inside),
    ...(components.length > 0 && { components: components.map(inside) }),
    buildMetadata: ['originAnnotations'],
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(content));
  return folder;
}

async function build(kustomize: Kustomize, folder: string): Promise<Built[] | { error: string }> {
  const output = await kustomize.build(folder);
  if ('error' in output) return output;
  const parsed = parseDocuments(output.text);
  if ('problem' in parsed) return { error: parsed.problem.message };
  return parsed.documents.flatMap(({ resource }) => (resource ? [withoutOrigin(resource, folder)] : []));
}

const originAnnotation = 'config.kubernetes.io/origin';

function withoutOrigin(resource: Resource, folder: string): Built {
  const origin = annotationOf(resource, originAnnotation) ?? '';
  const path = /^path: (.+)$/m.exec(origin)?.[1];
  const isFetched = /^repo: /m.test(origin);
  const { annotations: _, ...metadata } = isObject(resource.metadata) ? resource.metadata : {};
  const kept = Object.entries(annotationsOf(resource)).filter(([key]) => key !== originAnnotation);
  return {
    resource: { ...resource, metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) } },
    file: path === undefined || isFetched ? undefined : resolve(folder, path.replace(/^["']|["']$/g, '')),
  };
}
