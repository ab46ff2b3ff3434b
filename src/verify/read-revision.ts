/** A folder as it was at a Git revision, read with the `git` on PATH. It runs reading commands only. */
import { spawnSync } from 'node:child_process';
import { parseDocuments } from '../package/documents.ts';
import { type PackageFile, packageOf } from '../package/package.ts';
import { type Problem, problem } from '../problem.ts';
import type { Resource } from '../resource.ts';

export interface Revision {
  /** The whole name of the commit. */
  readonly commit: string;
  readonly items: readonly Resource[];
  /** Files that could not be read as they were then: what they held cannot be compared. */
  readonly remarks: readonly Problem[];
}

type Env = Readonly<Record<string, string | undefined>>;

const mostBytes = 1 << 30;

/** The YAML files below `dir` at `ref` that are about us. None, when the folder did not exist then. */
export function readRevision(dir: string, ref: string, env: Env): Revision | { problem: Problem } {
  const git = (args: readonly string[], input?: string) => runGit(dir, args, env, input);
  const inside = git(['rev-parse', '--is-inside-work-tree']);
  if ('problem' in inside) return inside;
  const found = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  if ('problem' in found) {
    const isMissing = found.problem.reason === 'PackageInvalid';
    const message = `Git knows no revision "${ref}"; name a branch, tag or commit, and fetch it first where the checkout is shallow`;
    return isMissing ? { problem: problem('PackageInvalid', message, { file: { path: '.' } }) } : found;
  }
  const commit = found.output.toString().trim();
  const listed = git(['ls-tree', '-r', '-z', commit]);
  if ('problem' in listed) return listed;
  const entries = listed.output.toString().split('\0').flatMap(entryOf);
  const contents = git(['cat-file', '--batch'], entries.map(({ id }) => `${id}\n`).join(''));
  if ('problem' in contents) return contents;
  return {
    commit,
    ...itemsOf(
      entries.map(({ path }) => path),
      splitBatch(contents.output),
    ),
  };
}

/** Regular YAML files where `readPackage` would look. */
function entryOf(line: string): { id: string; path: string }[] {
  const [, id, path] = /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
  if (id === undefined || path === undefined || !/\.ya?ml$/.test(path)) return [];
  return path.split('/').some((part) => part.startsWith('.') || part === 'node_modules') ? [] : [{ id, path }];
}

/** `cat-file --batch` answers with a line that ends in the size, the content and a line break. */
function splitBatch(output: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const size = Number(output.subarray(at, end).toString().split(' ').at(-1));
    contents.push(output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

function itemsOf(paths: readonly string[], contents: readonly Buffer[]): { items: readonly Resource[]; remarks: Problem[] } {
  const files: PackageFile[] = [];
  const remarks: Problem[] = [];
  for (const [at, path] of paths.entries()) {
    const bytes = contents[at]!;
    if (!bytes.includes('ameide.io/')) continue;
    const text = bytes.toString('utf8');
    const parsed = parseDocuments(text);
    if ('documents' in parsed) files.push({ path, text, documents: parsed.documents });
    else
      remarks.push({
        ...parsed.problem,
        severity: 'warning',
        message: `at that revision: ${parsed.problem.message}; not compared`,
        file: { path },
      });
  }
  return { items: packageOf(files).items, remarks };
}

function runGit(dir: string, args: readonly string[], env: Env, input?: string): { output: Buffer } | { problem: Problem } {
  const { status, error, stdout, stderr } = spawnSync('git', ['-C', dir, ...args], {
    env: withoutHook(env),
    input: input ?? '',
    maxBuffer: mostBytes,
  });
  if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') {
    return { problem: problem('ToolMissing', 'git is not on PATH; install it, or leave --against out') };
  }
  if (!error && status === 0) return { output: stdout };
  const why = error?.message ?? stderr.toString().trim().split('\n')[0];
  return {
    problem: problem(
      'PackageInvalid',
      `git cannot read it: ${why || `git ${args[0]} failed`}; --against needs a folder in a Git repository`,
      { file: { path: '.' } },
    ),
  };
}

/** Within a Git hook these name another folder than ours. */
function withoutHook(env: Env): Record<string, string | undefined> {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, GIT_PREFIX: _prefix, ...rest } = env;
  return { ...rest, LC_ALL: 'C' };
}
