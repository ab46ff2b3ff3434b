/** The function configuration of a verb: the file that is named, or the only ProcessRender of the package. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FnConfig, fnConfigKind, parseFnConfig } from '../fn-config.ts';
import { parseDocuments } from '../package/documents.ts';
import { type Problem, problem } from '../problem.ts';
import { placeOf } from '../render/located.ts';
import type { Resource } from '../resource.ts';

export interface ConfigRead {
  readonly config: FnConfig;
  /** What files and folders in the configuration are relative to. */
  readonly baseDir: string;
}

/** Reads `file`, or finds the configuration among `items` of the package in `dir`; without any: the defaults. */
export function readFnConfig(
  at: { readonly file?: string | undefined; readonly dir: string; readonly items: readonly Resource[] },
  frozen: boolean,
): ConfigRead | { problems: readonly Problem[] } {
  const found = at.file === undefined ? inPackage(at.dir, at.items) : inFile(at.file);
  if ('problems' in found) return found;
  const parsed = parseFnConfig(found.resource, frozen);
  return 'problems' in parsed ? parsed : { config: parsed.config, baseDir: found.baseDir };
}

type Found = { readonly resource: Resource | undefined; readonly baseDir: string } | { readonly problems: readonly Problem[] };

function inFile(file: string): Found {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { problems: [problem('FnConfigInvalid', `cannot be read: ${(error as Error).message}`, { file: { path: file } })] };
  }
  const parsed = parseDocuments(text);
  if ('problem' in parsed) return { problems: [{ ...parsed.problem, file: { path: file } }] };
  const resources = parsed.documents.flatMap(({ resource }) => (resource ? [resource] : []));
  if (resources.length !== 1) {
    return { problems: [problem('FnConfigInvalid', `holds ${resources.length} resources, wanted one`, { file: { path: file } })] };
  }
  return { resource: resources[0], baseDir: dirname(file) };
}

/** The configuration nearest to the package's top; two at one height are ambiguous. */
function inPackage(dir: string, items: readonly Resource[]): Found {
  const candidates = items
    .filter(({ kind }) => kind === fnConfigKind)
    .map((resource) => ({ resource, path: placeOf(resource)?.path ?? '' }))
    .sort((a, b) => depthOf(a.path) - depthOf(b.path));
  const [nearest, next] = candidates;
  if (nearest && next && depthOf(nearest.path) === depthOf(next.path)) {
    const message = `there are two: ${nearest.path} and ${next.path}; name one with --fn-config, or a folder that holds one`;
    return { problems: [problem('FnConfigInvalid', message)] };
  }
  return { resource: nearest?.resource, baseDir: nearest ? join(dir, dirname(nearest.path)) : dir };
}

function depthOf(path: string): number {
  return path.split('/').length;
}
