/**
 * The project's image, really built, and its root file system as a container has it: read-only but for /tmp, under a user that it has
 * never heard of. Running containers needs more than a machine of tests allows; building and unpacking images does not.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { buildBaseImage } from './image-base.ts';
import { type Kept, keep } from './keep.ts';
import { root } from './parts.ts';

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

export interface Image {
  readonly config: ImageConfig;
  /** Its unpacked files. */
  readonly rootfs: string;
  /** What the build said. */
  readonly said: string;
  /** Runs its entrypoint, or another program of it, to the end. */
  run(args: readonly string[], options?: { readonly input?: string | Buffer; readonly entrypoint?: readonly string[] }): Run;
  /** Starts a program of it; each file (by its path in /tmp) is there and readable. */
  start(program: readonly string[], files: Readonly<Record<string, string>>): Kept;
  close(): Promise<void>;
}

export interface Run {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A user as OpenShift and others make them up. */
export const anyUser = '1000680000';

/** In a mount namespace of its own: the root read-only, /tmp empty and writable, the files put there, then the program as that user. */
const inside = `
set -e
root=$1 user=$2 files=$3; shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
[ -z "$files" ] || cp -r "$files/." "$root/tmp"
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups= "$root" /usr/bin/env -i "$@"
`;

/** Some five seconds. Throws, saying how to get it, where buildah is not installed. */
export async function buildImage(): Promise<Image> {
  demandBuildah();
  const dir = mkdtempSync(join(tmpdir(), 'ameide-image-'));
  // Holds the folder: it goes when the test does, however that ends.
  const holder = keep('sleep', ['infinity'], { scratch: dir, background: true });
  try {
    const env = { ...process.env, CONTAINERS_STORAGE_CONF: storageIn(dir) };
    const base = buildBaseImage(dir, env);
    const tag = 'localhost/ameide-process:test';
    const args = ['tools/image.mjs', '--with', 'buildah', '--base', base, '--tag', tag];
    const built = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    const said = `${built.stdout}${built.stderr}`;
    if (built.status !== 0) throw new Error(`npm run image failed:\n${said}`);
    const buildah = (...command: string[]) => execFileSync('buildah', command, { env, encoding: 'utf8' });
    const container = buildah('from', '--pull-never', tag).trim();
    const rootfs = buildah('mount', container).trim();
    const { config } = (JSON.parse(buildah('inspect', '--type', 'image', tag)) as { OCIv1: { config: ImageConfig } }).OCIv1;
    return { config, rootfs, said, ...programsOf({ dir, rootfs, config }), close: () => holder.stop() };
  } catch (error) {
    await holder.stop();
    throw error;
  }
}

function demandBuildah(): void {
  const { error } = spawnSync('buildah', ['--version']);
  if (error) throw new Error('buildah is not installed, and the image cannot be tested without it: apt-get install -y buildah');
  if (process.getuid?.() !== 0) throw new Error('the image is tested under another user, for which this test has to be run as root');
}

/** Images of its own, in a form that needs no mounts. */
function storageIn(dir: string): string {
  const file = join(dir, 'storage.conf');
  writeFileSync(file, `[storage]\ndriver = "vfs"\ngraphroot = "${join(dir, 'graph')}"\nrunroot = "${join(dir, 'run')}"\n`);
  return file;
}

function programsOf({ dir, rootfs, config }: { dir: string; rootfs: string; config: ImageConfig }): Pick<Image, 'run' | 'start'> {
  const command = (program: readonly string[], files = '') => {
    return ['--mount', 'sh', '-c', inside, 'sh', rootfs, anyUser, files, ...config.Env, ...program];
  };
  return {
    run: (args, { input = '', entrypoint = config.Entrypoint } = {}) => {
      const { status, stdout, stderr, error } = spawnSync('unshare', command([...entrypoint, ...args]), { input, maxBuffer: 1 << 28 });
      if (error) throw error;
      return { status, stdout, stderr: stderr.toString() };
    },
    start: (program, files) => {
      const folder = mkdtempSync(join(dir, 'files-'));
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
      return keep('unshare', command(program, folder), { output: 'pipe' });
    },
  };
}
