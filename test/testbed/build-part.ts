/** Builds a Go program once and keeps it in a cache, keyed by everything that decides its bytes. */

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { arch, homedir, platform } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import process from 'node:process';
import { keep } from './keep.ts';
import { withLock } from './lock.ts';
import { checkGo } from './toolchain.ts';

export interface Recipe {
  /** The name of the part and of its executable. */
  readonly name: string;
  readonly version: string;
  /** The oldest Go that builds it. */
  readonly go: string;
  /** `path@version` for `go install`; otherwise `package` is built inside the folder `module`. */
  readonly install?: string;
  readonly module?: string;
  readonly package?: string;
  readonly ldflags?: string;
  /** About how long a build takes on two cores with nothing cached, for the person who waits. */
  readonly cold: string;
}

/** The path of the executable, after building it where the cache does not have it. */
export async function buildPart(recipe: Recipe): Promise<string> {
  const dir = join(cacheDir(), cacheKey(recipe));
  const executable = join(dir, recipe.name);
  if (existsSync(executable)) return executable;
  mkdirSync(cacheDir(), { recursive: true });
  const title = `${recipe.name} ${recipe.version}`;
  await withLock(`${dir}.lock`, title, async () => {
    if (existsSync(executable)) return;
    await checkGo(title, recipe.go);
    const unfinished = `${dir}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished);
    try {
      await build(recipe, unfinished);
      chmodSync(join(unfinished, recipe.name), 0o755);
      renameSync(unfinished, dir);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  });
  return executable;
}

function cacheDir(): string {
  const { AMEIDE_PROCESS_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  if (own) return own;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'ameide-process');
}

function cacheKey(recipe: Recipe): string {
  const hash = createHash('sha256').update(JSON.stringify(goCommand(recipe, '')));
  for (const file of recipe.module ? moduleFiles(recipe.module) : []) {
    hash.update(`\0${relative(recipe.module ?? '', file)}\0`).update(readFileSync(file));
  }
  const os = platform() === 'win32' ? 'windows' : platform();
  const cpu = arch() === 'x64' ? 'amd64' : arch();
  return `${recipe.name}-${recipe.version}-${os}-${cpu}-${hash.digest('hex').slice(0, 12)}`;
}

/** What Go builds from; our own sources beside it are none of that. */
function moduleFiles(module: string): string[] {
  const entries = readdirSync(module, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Without cgo: the same program everywhere, and no C compiler is needed. */
function goCommand(recipe: Recipe, out: string): { readonly args: string[]; readonly env: Record<string, string> } {
  const env = { CGO_ENABLED: '0', GOWORK: 'off' };
  if (recipe.install) return { args: ['install', recipe.install], env: { ...env, GOBIN: out } };
  const flags = ['-buildvcs=false', ...(recipe.ldflags ? [`-ldflags=${recipe.ldflags}`] : [])];
  return { args: ['build', ...flags, '-o', join(out, recipe.name), recipe.package ?? '.'], env };
}

async function build(recipe: Recipe, out: string): Promise<void> {
  const started = Date.now();
  const say = (text: string) => process.stderr.write(`${recipe.name} ${recipe.version}: ${text}\n`);
  say(`building it, once, into ${cacheDir()} (about ${recipe.cold} when Go has nothing cached)`);
  const { args, env } = goCommand(recipe, out);
  const go = keep('go', args, { cwd: recipe.module ?? out, env: { ...process.env, ...env }, output: 'pipe' });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-8_000);
  };
  go.child.stdout?.on('data', collect);
  go.child.stderr?.on('data', collect);
  const ticker = setInterval(() => say(`still building, ${seconds(started)}`), 15_000);
  const code = await go.ended.finally(() => clearInterval(ticker));
  if (code !== 0) throw new Error(failure(recipe, args, env, output));
  say(`built in ${seconds(started)}`);
}

function failure(recipe: Recipe, args: string[], env: Record<string, string>, output: string): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = [...settings, 'go', ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ');
  const where = recipe.module ? `cd ${recipe.module} && ` : '';
  return `${recipe.name} ${recipe.version} could not be built.\n  To see it again: ${where}${command}\n${output.trimEnd()}`;
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}
