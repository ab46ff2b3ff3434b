/**
 * Makes the checkout ready to run: installs what package-lock.json says, compiles, bundles; each only when something changed.
 * Runs under any Node from 20.12 on, with nothing installed yet. Silent when there is nothing to do, and then needs no network.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/.bin/node');
const compiled = ['src', 'test', 'bench', 'examples'];
const stamp = join(root, 'build/.prepared');
const worker = 'examples/worker';

if (!isInstalled()) {
  run('Installing the npm packages (some 30 s, once)', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}
const state = stateOf([...compiled, 'proto', 'tools', 'deploy', 'fn-config']);
if (!isBuilt()) {
  rmSync(stamp, { force: true });
  run('Compiling', node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  removeOrphans();
  if (existsSync(join(root, 'tools/bundle.mjs'))) run('Bundling', node, ['tools/bundle.mjs']);
  bundleWorkflows();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, state);
}

/** Compares what npm says it installed with what the lockfile asks for; packages for other platforms may be absent. */
function isInstalled() {
  const installed = packages('node_modules/.package-lock.json');
  const wanted = packages('package-lock.json');
  if (!installed || !existsSync(node)) return false;
  const isRight = ([path, { integrity, version, optional, peer }]) => {
    const found = installed[path];
    return found ? found.version === version && found.integrity === integrity : path === '' || optional || peer;
  };
  return Object.entries(wanted).every(isRight) && Object.keys(installed).every((path) => path in wanted);
}

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function isBuilt() {
  if (existsSync(join(root, 'tools/bundle.mjs')) && !existsSync(join(root, 'dist'))) return false;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === state;
}

/** The example worker's workflows, which take seconds to bundle and seldom change. */
function bundleWorkflows() {
  const [bundle, bundled] = [join(root, 'build', worker, 'workflow-bundle.cjs'), join(root, 'build', worker, '.bundled')];
  const now = stateOf([worker]);
  if (existsSync(bundle) && existsSync(bundled) && readFileSync(bundled, 'utf8') === now) return;
  run('Bundling the example worker', node, [join(root, 'build', worker, 'bundle-workflows.js')]);
  writeFileSync(bundled, now);
}

/** A hash of the files in these folders, and of those that decide how they are built: what is in build/ and dist/ follows from them. */
function stateOf(folders) {
  const hash = createHash('sha256');
  for (const file of [...folders.flatMap(filesIn), 'package.json', 'package-lock.json', 'tsconfig.json']) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Of the compiled folders only the sources: their data is read where it lies. */
function filesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (!compiled.includes(folder.split('/')[0]) || /\.[cm]?ts$/.test(entry.name)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}

/** What was compiled from a file that is gone would still be run as a test. */
function removeOrphans() {
  for (const folder of compiled) {
    const outputs = join(root, 'build', folder);
    if (!existsSync(outputs)) continue;
    for (const entry of readdirSync(outputs, { recursive: true, withFileTypes: true })) {
      const output = join(entry.parentPath ?? entry.path, entry.name);
      const source = output.replace(join(root, 'build'), root).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
      if (entry.isFile() && source.endsWith('.ts') && !existsSync(source)) rmSync(output);
    }
  }
}

/** Output only when it fails, or on the way when it takes long. */
function run(title, command, args) {
  process.stderr.write(`${title} …\n`);
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9 });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${title} failed${error ? `: ${error.message}` : ''}.\n`);
  process.exit(1);
}
