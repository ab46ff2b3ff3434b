/** Reads a folder's YAML files. */

import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problem } from '../problem.ts';
import { parseDocuments } from './documents.ts';
import { type Package, type PackageFile, packageOf } from './package.ts';

/**
 * Every YAML file below `dir`, and JSON that is about us; hidden folders and node_modules are left out, links to files are followed. A file
 * that cannot be read is a problem when it is about us, else it is left out.
 */
export function readPackage(dir: string): { pkg: Package } | { problems: Problem[] } {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    return { problems: [problem('PackageInvalid', `"${dir}" is no folder; name a folder with Process resources`)] };
  }
  const files: PackageFile[] = [];
  const problems: Problem[] = [];
  try {
    for (const path of listFiles(dir, '')) {
      const file = readFile(dir, path);
      if ('reason' in file) problems.push(file);
      else if (file.documents.length > 0) files.push(file);
    }
  } catch (error) {
    // A folder or file that may not be read could hold anything.
    problems.push(problem('PackageInvalid', `cannot be read: ${(error as Error).message}`, { file: { path: dir } }));
  }
  return problems.length > 0 ? { problems } : { pkg: packageOf(files) };
}

function listFiles(dir: string, below: string): string[] {
  const entries = readdirSync(join(dir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return listFiles(dir, path);
    const isFile = entry.isFile() || (entry.isSymbolicLink() && statSync(join(dir, path), { throwIfNoEntry: false })?.isFile() === true);
    return isFile && /\.(ya?ml|json)$/.test(entry.name) ? [path] : [];
  });
}

function readFile(dir: string, path: string): PackageFile | Problem {
  const bytes = readFileSync(join(dir, path));
  const isAboutUs = bytes.includes('ameide.io/');
  const refuse = (found: Problem): PackageFile | Problem => (isAboutUs ? { ...found, file: { path } } : { path, text: '', documents: [] });
  if (!isAboutUs && path.endsWith('.json')) return { path, text: '', documents: [] };
  if (!isUtf8(bytes)) return refuse(problem('YamlInvalid', 'the file is not UTF-8'));
  const text = bytes.toString('utf8');
  const parsed = parseDocuments(text);
  return 'problem' in parsed ? refuse(parsed.problem) : { path, text, documents: parsed.documents };
}
