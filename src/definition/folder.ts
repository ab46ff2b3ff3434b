/** Definitions in a folder: `<dir>/<tenant>/<id>/<version>.json`. It is also what the development server serves. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, problem } from '../problem.ts';
import { type Answer, asked, checkDefinition } from './check.ts';
import { closest } from './closest.ts';
import type { DefinitionRequest, DefinitionSource } from './source.ts';

/** Reads the folder anew for each question, so that edits show at once. */
export function folderSource(dir: string): DefinitionSource {
  return {
    async read(request) {
      const answer = await readFromFolder(dir, request);
      return 'reason' in answer ? answer : checkDefinition(answer, request, `the folder ${dir}`);
    },
    close() {},
  };
}

/** What the folder holds for the request, unchecked. DefinitionNotFound says what is there instead. */
export async function readFromFolder(dir: string, request: DefinitionRequest): Promise<Answer | Problem> {
  const { id, tenantId } = request;
  const folder = join(dir, fileNameOf(tenantId), fileNameOf(id));
  try {
    const versions = await readVersions(folder);
    const version = request.version === undefined ? versions.at(-1) : versions.find((known) => Number(known) === request.version);
    if (version === undefined) return await describeAbsence(dir, request, versions);
    return { id, tenantId, version, bytes: await readFile(join(folder, `${version}.json`)), checksum: undefined };
  } catch (error) {
    return problem('SourceUnreachable', `The folder ${dir} cannot be read (${(error as Error).message}). Check the path and its rights.`);
  }
}

/**
 * The one file name for an id or tenant. It holds no separator, does not begin with a dot and is never empty, so that a
 * definition cannot name anything outside its folder.
 */
export function fileNameOf(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(/^\./, '%2E') || '%';
}

/** What the folder holds, for people; `versions` ascending. Throws when `dir` cannot be read. */
export async function listFolder(dir: string): Promise<{ tenantId: string; id: string; versions: bigint[] }[]> {
  await readdir(dir);
  const list = [];
  for (const tenantId of await readIds(dir)) {
    for (const id of await readIds(join(dir, fileNameOf(tenantId)))) {
      const versions = await readVersions(join(dir, fileNameOf(tenantId), fileNameOf(id)));
      if (versions.length > 0) list.push({ tenantId, id, versions });
    }
  }
  return list;
}

/** Ascending. None when the folder does not exist. */
async function readVersions(folder: string): Promise<bigint[]> {
  const names = await readNames(folder);
  return names
    .flatMap((name) => /^([1-9]\d{0,18})\.json$/.exec(name)?.[1] ?? [])
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : 1));
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Too long a name cannot be there either.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

async function describeAbsence(dir: string, request: DefinitionRequest, versions: readonly bigint[]): Promise<Problem> {
  const { id, tenantId } = request;
  if (!(await stat(dir)).isDirectory()) {
    return problem('SourceUnreachable', `${dir} is not a folder. Name the folder that holds <tenant>/<id>/<version>.json.`);
  }
  const lacks = (what: string) => problem('DefinitionNotFound', `The folder ${dir} does not have ${asked(request)}. ${what}`);
  if (versions.length > 0) return lacks(`Versions there: ${versions.slice(-10).join(', ')}.`);
  const ids = await readIds(join(dir, fileNameOf(tenantId)));
  if (ids.length > 0) return lacks(`Ids of that tenant: ${closest(id, ids).join(', ')}${ids.length > 5 ? ', …' : ''}.`);
  const tenants = await readIds(dir);
  return lacks(tenants.length > 0 ? `Tenants there: ${closest(tenantId, tenants).join(', ')}.` : 'It holds no definitions at all.');
}

async function readIds(folder: string): Promise<string[]> {
  const names = await readNames(folder);
  return names.filter((name) => !name.startsWith('.') && !/\.(md|json)$/i.test(name)).map(nameOfFile);
}

function nameOfFile(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
