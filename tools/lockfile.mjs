#!/usr/bin/env node
// Completes package-lock.json: npm leaves out optional packages (of other platforms) that the registry at hand does not have, and
// `npm ci` then refuses the lockfile everywhere. Run after every `npm install`; `--check` only says whether it is needed.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const missing = Object.entries(lock.packages).flatMap(([by, { optionalDependencies = {}, dev }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !isLocked(name, by))
    .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, dev)]),
);
if (missing.length > 0 && process.argv.includes('--check')) {
  console.log(`package-lock.json lacks ${missing.length} optional packages, so npm ci refuses it. Run \`node tools/lockfile.mjs\`.`);
  process.exitCode = 1;
} else if (missing.length > 0) {
  const all = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, undefined, 2)}\n`);
}

/** Beside the package that wants it, or in any folder above. */
function isLocked(name, by) {
  if (lock.packages[`${by === '' ? '' : `${by}/`}node_modules/${name}`]) return true;
  return by !== '' && isLocked(name, by.slice(0, Math.max(by.lastIndexOf('/node_modules/'), 0)));
}

/** Without its checksum, which only a registry that has it could tell. */
function entryOf(name, version, dev) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${name}: wanted an exact version, found ${version}`);
  const words = name.split(/[/-]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.map((word) => word.replace(/^armv7$/, 'arm')).filter((word) => processors.includes(word));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev: true }),
    ...(libc.length > 0 && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}
