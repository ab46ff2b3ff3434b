/** A Git repository on disk, as a team pushes to it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { scratchFolder } from '../server-process.ts';

/** Contents by path; undefined removes the file. */
export type Files = Readonly<Record<string, string | undefined>>;

export interface GitRepository {
  readonly url: string;
  readonly dir: string;
  /** Writes the files, commits everything that changed in `dir`, and gives the revision. */
  commit(message: string, files?: Files): string;
  remove(): void;
}

export function createRepository(): GitRepository {
  const dir = scratchFolder('git');
  const identity = {
    GIT_AUTHOR_NAME: 'team',
    GIT_AUTHOR_EMAIL: 'team@example.com',
    GIT_COMMITTER_NAME: 'team',
    GIT_COMMITTER_EMAIL: 'team@example.com',
  };
  const env = { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1', ...identity };
  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: dir, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  git('init', '--quiet', '--initial-branch=main');
  return {
    url: `file://${dir}`,
    dir,
    commit: (message, files = {}) => {
      for (const [path, text] of Object.entries(files)) write(join(dir, path), text);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function write(file: string, text: string | undefined): void {
  if (text === undefined) rmSync(file, { force: true });
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
