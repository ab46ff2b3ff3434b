/**
 * The function configuration of a verb: the file that is named, or for each Process the ProcessRender that is nearest to it: in its folder
 * or the next one above. A ProcessRender in a folder of its own, where no Process is, is for those that have none above them.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FnConfig, fnConfigKind, parseFnConfig } from '../fn-config.ts';
import { type Problem, problem } from '../problem.ts';
import { folderOf, isGenerated, isProcessKind, placeOf } from '../render/located.ts';
import type { Resource } from '../resource.ts';
import { parseDocuments } from './documents.ts';
import { inFolder } from './in-folder.ts';

export interface ConfigRead {
  readonly config: FnConfig;
  /** What files and folders in the configuration are relative to. */
  readonly baseDir: string;
}

export interface ConfigPlace {
  /** The file that was named: it is for every Process. */
  readonly file?: string | undefined;
  readonly dir: string;
  readonly items: readonly Resource[];
  /** Folders of overlays below `dir`, each ending in `/`: their configurations are for what is in them. */
  readonly overlays?: readonly string[];
}

type Problems = { readonly problems: readonly Problem[] };

/** The one configuration of all Processes among the items; without any: the defaults. The findings name files as seen from outside `dir`. */
export function readFnConfig(at: ConfigPlace, frozen: boolean): ConfigRead | Problems {
  const pathsOf = (isWanted: (item: Resource) => boolean) => at.items.filter(isWanted).map((item) => placeOf(item)?.path ?? '');
  const paths = [pathsOf(isProcessKind), pathsOf(isGenerated), ['']].find(({ length }) => length > 0)!;
  const read = readFnConfigs(at, paths, frozen);
  if ('problems' in read) return read;
  const [first, other] = [...new Map([...read.configs].map(([path, config]) => [config, path]))];
  if (!other) return first![0];
  const shown = [first!, other].map(([, path]) => join(at.dir, path)).join(' and ');
  const message = `the configurations of ${shown} are not the same; take their folders one by one, or name one with --fn-config`;
  return { problems: [problem('FnConfigInvalid', message)] };
}

/** The configuration for each of the files at `paths`, relative to the package; one and the same object where it is the same one. */
export function readFnConfigs(
  at: ConfigPlace,
  paths: readonly string[],
  frozen: boolean,
): { configs: ReadonlyMap<string, ConfigRead> } | Problems {
  const named = at.file === undefined ? undefined : inFile(at.file, frozen);
  if (named && 'problems' in named) return named;
  const read = new Map<Resource | undefined, ConfigRead | Problems>();
  const configs = new Map<string, ConfigRead>();
  const problems = new Map<string, Problem>();
  for (const path of paths) {
    const found = named ?? nearest(at, path, read, frozen);
    if ('config' in found) configs.set(path, found);
    else for (const one of found.problems) problems.set(JSON.stringify(one), one);
  }
  return problems.size > 0 ? { problems: [...problems.values()] } : { configs };
}

function inFile(path: string, frozen: boolean): ConfigRead | Problems {
  const file = { path };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { problems: [problem('FnConfigInvalid', `cannot be read: ${(error as Error).message}`, { file })] };
  }
  const parsed = parseDocuments(text);
  if ('problem' in parsed) return { problems: [{ ...parsed.problem, file }] };
  const resources = parsed.documents.flatMap(({ resource }) => (resource ? [resource] : []));
  if (resources.length !== 1) {
    return { problems: [problem('FnConfigInvalid', `holds ${resources.length} resources, wanted one`, { file })] };
  }
  const config = parseFnConfig(resources[0], frozen);
  if ('problems' in config) return { problems: config.problems.map((found) => ({ ...found, file })) };
  return { config: config.config, baseDir: dirname(path) };
}

/** `read` remembers, so that each configuration is read once. */
function nearest(at: ConfigPlace, path: string, read: Map<Resource | undefined, ConfigRead | Problems>, frozen: boolean) {
  const candidates = candidatesFor(at, path);
  if (candidates.length > 1) {
    const shown = candidates.map((one) => join(at.dir, pathOf(one))).join(' and ');
    return { problems: [problem('FnConfigInvalid', `there are two: ${shown}; name one with --fn-config, or remove one`)] };
  }
  const [resource] = candidates;
  const known = read.get(resource);
  if (known) return known;
  const parsed = parseFnConfig(resource, frozen);
  const baseDir = resource ? join(at.dir, dirname(pathOf(resource))) : at.dir;
  const found = 'problems' in parsed ? { problems: inFolder(at.dir, parsed.problems) } : { config: parsed.config, baseDir };
  read.set(resource, found);
  return found;
}

/** Those of the nearest folder that has any, upwards; else those that are nearest to the top among the ones in folders of their own. */
function candidatesFor({ items, overlays = [] }: ConfigPlace, path: string): Resource[] {
  const all = items.filter(({ kind }) => kind === fnConfigKind);
  const above = all.filter((one) => folderOf(path).startsWith(folderOf(pathOf(one))));
  if (above.length > 0) return deepest(above, (one) => folderOf(pathOf(one)).length);
  const processes = items.filter(isProcessKind).map(pathOf);
  const isApart = (folder: string) =>
    !overlays.some((overlay) => folder.startsWith(overlay)) && !processes.some((one) => one.startsWith(folder));
  return deepest(
    all.filter((one) => isApart(folderOf(pathOf(one)))),
    (one) => -pathOf(one).split('/').length,
  );
}

function deepest(resources: readonly Resource[], depthOf: (resource: Resource) => number): Resource[] {
  const depth = Math.max(...resources.map(depthOf));
  return resources.filter((one) => depthOf(one) === depth);
}

function pathOf(resource: Resource): string {
  return placeOf(resource)?.path ?? '';
}
