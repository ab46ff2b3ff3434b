/** What `render` reads: a folder, a file or stdin. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Kustomization, patchPathsOf } from '../overlay/kustomization.ts';
import { isOverlay, readKustomizations } from '../overlay/reach.ts';
import { parseDocuments } from '../package/documents.ts';
import { inFolder } from '../package/in-folder.ts';
import { type Package, packageOf } from '../package/package.ts';
import { readPackage } from '../package/read-package.ts';
import { type Problem, problem } from '../problem.ts';
import { isGenerated, isProcessKind } from '../render/located.ts';
import { readStdin } from '../stdio.ts';

type Problems = { readonly problems: readonly Problem[] };

export interface FolderRead {
  readonly pkg: Package;
  readonly kustomizations: readonly Kustomization[];
}

/**
 * A kustomization's patches are partial Processes: nothing to render. Nor is an overlay, which has its definitions for Processes that
 * come from elsewhere: it is rendered when it is built.
 */
export function readFolder(dir: string): FolderRead | Problems {
  const read = readPackage(dir);
  if ('problems' in read) return read;
  const { kustomizations, problems } = readKustomizations(dir);
  if (problems.length > 0) return { problems };
  const overlays = kustomizations.map(({ folder }) => folder).filter((folder) => isOverlay(join(dir, folder)));
  if (overlays.includes('')) return { problems: [anOverlay(dir)] };
  const patches = patchPathsOf(kustomizations);
  const isElsewhere = (path: string) => patches.has(path) || overlays.some((folder) => path.startsWith(folder));
  const pkg = packageOf(read.pkg.files.filter(({ path }) => !isElsewhere(path)));
  if (pkg.items.some((item) => isProcessKind(item) || isGenerated(item))) return { pkg, kustomizations };
  const other = overlays.length > 0 ? `; overlays are rendered when they are built: ${overlays.join(', ')}` : '';
  return { problems: [problem('PackageInvalid', `holds no Process; name a folder that does${other}`, { file: { path: '.' } })] };
}

function anOverlay(dir: string): Problem {
  const message = `is a kustomize overlay, which is rendered when it is built: kustomize build --enable-alpha-plugins --enable-exec ${dir}. Its pins are written by \`ameide-process pin ${dir}\``;
  return problem('PackageInvalid', message, { file: { path: '.' } });
}

/** The manifests of a file, or of stdin (`-`). */
export async function readStream(path: string): Promise<{ pkg: Package } | Problems> {
  const file = { path: streamName(path) };
  const refuse = (message: string) => ({ problems: [problem('PackageInvalid', message, { file })] });
  if (path !== '-' && !statSync(path, { throwIfNoEntry: false })) return refuse('is no file and no folder; correct the path');
  let text: string;
  try {
    text = path === '-' ? Buffer.from(await readStdin()).toString('utf8') : readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`cannot be read: ${(error as Error).message}`);
  }
  const parsed = parseDocuments(text);
  if ('problem' in parsed) return { problems: [{ ...parsed.problem, file }] };
  const pkg = packageOf([{ path: file.path, text, documents: parsed.documents }], false);
  if (pkg.items.length > 0) return { pkg };
  return refuse(`holds no objects; ${path === '-' ? 'most likely the command before the pipe failed' : 'name a file with manifests'}`);
}

/** Findings about what is in a file or stdin: with its name, and with advice that helps there. */
export function inStream(path: string, findings: readonly Problem[]): Problem[] {
  const folder = path === '-' ? 'DIR' : dirname(path);
  const advice = `; a file must hold the ConfigMaps of its definitions too; put them in, or render their folder: \`ameide-process render ${folder}\``;
  const helped = findings.map(({ file: _, ...found }) =>
    found.reason === 'DefinitionBytesMissing' || found.reason === 'RetainedBytesMissing'
      ? { ...found, message: found.message.replace(/; (?:run `ameide-process|restore the file).*$/s, '') + advice }
      : found,
  );
  return (path === '-' ? helped : inFolder(folder, helped)).map((found) => ({ ...found, file: { path: streamName(path) } }));
}

function streamName(path: string): string {
  return path === '-' ? 'stdin' : path;
}
