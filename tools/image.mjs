/**
 * Builds the image with whichever of docker, podman and buildah works here: `npm run image -- --base IMAGE --tag NAME --with BUILDER`.
 * What is built is dist/ as it is in the checkout, so that nothing is downloaded but the base image, and not even that when it is local.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** How each says that it works here, and how it builds. Docker is often a client without an engine. */
const builders = {
  docker: { probe: ['version', '--format', '{{.Server.Version}}'], build: ['build'] },
  podman: { probe: ['info'], build: ['build'] },
  // Of its isolations, the one that also works inside a container.
  buildah: { probe: ['info'], build: ['build', '--isolation', 'chroot'] },
};

const { base, tag, with: wanted } = readOptions();
const builder = choose(wanted === undefined ? Object.keys(builders) : [wanted]);
runOrExit(process.execPath, [join(root, 'tools/prepare.mjs')]);
say(`building ${tag} with ${builder}`);
runOrExit(
  builder,
  [...builders[builder].build, ...buildArgs(), '-t', tag, '-f', join(root, 'Dockerfile'), root],
  base === undefined ? 'Is it the base image that cannot be had? Name another one with Node: npm run image -- --base IMAGE' : '',
);
say(`built ${tag}: push it to your registry, and name it in your kustomization (deploy/README.md)`);

function readOptions() {
  const options = { base: { type: 'string' }, tag: { type: 'string', default: `ameide-process:${version}` }, with: { type: 'string' } };
  try {
    const { values } = parseArgs({ options });
    if (values.with === undefined || values.with in builders) return values;
    fail(`--with ${values.with}: it is one of ${Object.keys(builders).join(', ')}`, 2);
  } catch (error) {
    fail(`${error.message}\nusage: npm run image -- [--base IMAGE] [--tag NAME] [--with ${Object.keys(builders).join('|')}]`, 2);
  }
}

/** The first that works; says why the others do not. */
function choose(names) {
  const reasons = [];
  for (const name of names) {
    const { error, status, stderr } = spawnSync(name, builders[name].probe, { encoding: 'utf8' });
    if (status === 0) {
      for (const reason of reasons) say(reason);
      return name;
    }
    reasons.push(
      `${name}: ${error?.code === 'ENOENT' ? 'not installed' : `does not work here: ${(error?.message ?? stderr).trim().split('\n').pop()}`}`,
    );
  }
  fail([...reasons, 'Install one of them, for example: apt-get install buildah'].join('\n'), 1);
}

function buildArgs() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], {
    cwd: root,
    encoding: 'utf8',
  });
  const values = { DIST: 'ready', VERSION: version, ...(base && { BASE: base }), ...(status === 0 && { REVISION: stdout.trim() }) };
  return Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}

function runOrExit(command, args, hint = '') {
  const { error, status } = spawnSync(command, args, { stdio: 'inherit' });
  if (error || status !== 0) fail([error && `${command}: ${error.message}`, hint].filter(Boolean).join('\n'), 1);
}

function say(text) {
  if (text !== '') process.stderr.write(`${text}\n`);
}

function fail(text, code) {
  say(text);
  process.exit(code);
}
