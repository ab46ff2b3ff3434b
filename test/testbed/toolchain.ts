/** Says clearly, before minutes of building, when there is no Go or one that is too old. */

import { execFile } from 'node:child_process';
import { arch, platform, tmpdir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Throws, naming the command that gets Go, unless `go` is on PATH and is, or may fetch, at least version `needs`. */
export async function checkGo(title: string, needs: string): Promise<void> {
  let answer: string;
  try {
    answer = (await run('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'], { cwd: tmpdir() })).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${title} has to be built and there is no "go" on PATH.\n${howToInstall(needs)}`);
  }
  const [version = '', toolchain = ''] = answer.split('\n');
  const found = version.replace(/^go/, '');
  if (isAtLeast(found, needs) || toolchain.includes('auto')) return;
  const fetch = `Or let it fetch a newer one by itself:\n  go env -w GOTOOLCHAIN=auto`;
  throw new Error(`${title} needs Go ${needs} or newer; the one on PATH is ${found}.\n${howToInstall(needs)}\n${fetch}`);
}

function howToInstall(needs: string): string {
  const os = platform() === 'win32' ? 'windows' : platform();
  const cpu = arch() === 'x64' ? 'amd64' : arch();
  const archive = `https://go.dev/dl/go${needs}.${os}-${cpu}.tar.gz`;
  return `Install it:\n  curl -sSL ${archive} | sudo tar -C /usr/local -xz && export PATH=/usr/local/go/bin:$PATH`;
}

function isAtLeast(found: string, needs: string): boolean {
  const [a, b] = [found, needs].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (const index of [0, 1, 2]) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
