/** A base image from nothing but this machine's files: Node and the few commands that a build runs, with their libraries. No registry. */

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root } from './parts.ts';

const node = join(root, 'node_modules/node/bin/node');
/** Where each is in the image; the shell and chmod are what the Dockerfile runs, env what starts the launcher. */
const programs = { [node]: '/usr/local/bin', '/bin/sh': '/bin', '/bin/chmod': '/bin', '/usr/bin/env': '/usr/bin' };
/** What a container engine mounts something onto. */
const mountPoints = ['dev', 'proc', 'tmp'];

/** Builds `localhost/ameide-base` from a folder below `dir`, with the environment of buildah. Gives its name. */
export function buildBaseImage(dir: string, env: NodeJS.ProcessEnv): string {
  const base = join(dir, 'base');
  for (const point of mountPoints) mkdirSync(join(base, point), { recursive: true });
  chmodSync(join(base, 'tmp'), 0o1777);
  for (const [program, folder] of Object.entries(programs)) {
    copy(program, join(base, folder, basename(program)));
    for (const library of librariesOf(program)) copy(library, join(base, library));
  }
  writeFileSync(join(dir, 'Dockerfile.base'), 'FROM scratch\nCOPY . /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n');
  const name = 'localhost/ameide-base';
  const args = ['build', '--isolation', 'chroot', '--quiet', '-t', name, '-f', join(dir, 'Dockerfile.base'), base];
  execFileSync('buildah', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return name;
}

/** As the dynamic linker finds them, itself included. */
function librariesOf(program: string): string[] {
  return execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
