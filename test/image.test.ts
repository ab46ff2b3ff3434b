/** The image is built by the project's own command on a base made from nothing, and what is in it runs under a user it does not know. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { objectsAt } from '../src/resource.ts';
import { built, deployFolder, the } from './deploy/built.ts';
import { demand } from './testbed/api.ts';
import type { ControlPlane } from './testbed/control-plane.ts';
import { startControlPlane } from './testbed/control-plane.ts';
import { installCrd, resourcePath } from './testbed/discovery.ts';
import { anyUser, buildImage, type Image } from './testbed/image.ts';
import type { Kept } from './testbed/keep.ts';
import { serviceAccountKubeconfig } from './testbed/kubeconfig.ts';
import { root } from './testbed/parts.ts';
import { until } from './testbed/until.ts';

const home = 'opt/ameide-process';
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const test = suite<{ image: Image }>('image');

test.after(async ({ image }) => {
  await image?.close();
});

// A test and no `before`, whose failure nobody would see the reason of.
test('`npm run image` builds it, without a network', async (context) => {
  context.image = await buildImage();
});

test('it says what it is, and runs as somebody who is not root', ({ image }) => {
  const { config, said } = image;
  assert.match(config.User, /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(config.Entrypoint, ['ameide-process']);
  const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`] ?? '';
  assert.equal(['title', 'version', 'licenses', 'base.name'].map(label), [
    'ameide-process',
    version,
    'Apache-2.0',
    'localhost/ameide-base',
  ]);
  assert.match(label('revision'), /^[0-9a-f]{40}(-dirty)?$|^unknown$/);
  assert.match(label('description'), /\w/);
  assert.match(said, /^building localhost\/ameide-process:test with buildah$/m);
});

test('in it is what was built, and the licence, readable by anybody and writable by root alone', ({ image }) => {
  const there = filesBelow(join(image.rootfs, home));
  assert.equal(there, [...filesBelow(join(root, 'dist')), 'LICENSE'].sort());
  for (const name of there) {
    const { mode, uid } = statSync(join(image.rootfs, home, name));
    assert.is(mode & 0o444, 0o444, name);
    assert.equal([mode & 0o022, uid], [0, 0], name);
  }
});

test('it runs under any user, on a root that cannot be written, with /tmp', ({ image }) => {
  const say = `[process.getuid(), process.getgid()].join() + ' ' + ['/tmp', '/opt', '/'].map((dir) => {
    try { fs.writeFileSync(dir + '/x', ''); return 'written'; } catch (error) { return error.code; } }).join()`;
  const { stdout } = image.run(['-p', say], { entrypoint: ['node'] });
  assert.is(stdout.toString().trim(), `${anyUser},${anyUser} written,EROFS,EROFS`);
});

test('the function: a piped ResourceList is answered as by the checkout, byte for byte', ({ image }) => {
  const input = readFileSync(join(root, 'tools/usual-list.yaml'));
  const { status, stdout, stderr } = image.run([], { input });
  assert.is(status, 0, stderr);
  assert.match(stdout.toString(), 'kind: Deployment');
  const bad = image.run([], { input: input.toString().replace('image:', 'imagee:') });
  assert.equal([bad.status, /^error FieldUnknown: /m.test(bad.stderr)], [1, true], bad.stderr);
  const again = image.run([], { input: stdout });
  assert.is(again.stdout.toString(), stdout.toString());
});

test('what the engine compiled ahead is taken by the Node of the image', ({ image }) => {
  const rejected = `const { readFileSync } = require('node:fs');
    const script = new (require('node:vm').Script)(readFileSync('/${home}/function.js', 'latin1'),
      { filename: '/${home}/function.js', cachedData: readFileSync('/${home}/function.js.cache') });
    console.log(script.cachedDataRejected)`;
  assert.is(
    image
      .run(['-e', rejected], { entrypoint: ['node'] })
      .stdout.toString()
      .trim(),
    'false',
  );
});

test('the command line: help, version, and a verb on a stream', ({ image }) => {
  const help = image.run(['--help']);
  assert.is(help.status, 0, help.stderr);
  for (const verb of ['render', 'pin', 'verify', 'sidecar']) assert.match(help.stdout.toString(), new RegExp(`^  ${verb} `, 'm'));
  assert.is(image.run(['--version']).stdout.toString().trim(), version);
  const folder = join(root, 'examples/rendered');
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const input = manifests.map((name) => readFileSync(join(folder, name), 'utf8')).join('---\n');
  const verified = image.run(['verify', '--rendered', '-'], { input });
  assert.is(verified.status, 0, `${verified.stdout}${verified.stderr}`);
});

test('the sidecar: by the command and under the service account of deploy/ it leads, is ready, has metrics, and ends when it is told to', async ({
  image,
}) => {
  const plane = await startControlPlane();
  let sidecar: Kept | undefined;
  try {
    sidecar = image.start([...(await sidecarCommand()), '--kubeconfig', '/tmp/kubeconfig', '--host', '127.0.0.1', '--port', '0'], {
      kubeconfig: await kubeconfigOfSidecar(plane),
    });
    const log = linesOf(sidecar);
    const lines = await until({ what: 'the sidecar to lead', look: () => log, isSo: (seen) => seen.some(leading) });
    const { port } = JSON.parse(lines.find(started)!) as { port: number };
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    };
    await until({ what: 'the sidecar to be ready', look: () => ask('/readyz'), isSo: ({ status }) => status === 200 });
    assert.is((await ask('/healthz')).status, 200);
    assert.match((await ask('/metrics')).text, /^# TYPE /m);
    process.kill(pidOf(sidecar, 'sidecar'), 'SIGTERM');
    assert.is(await sidecar.ended, 0, log.join('\n'));
  } finally {
    await sidecar?.stop();
    await plane.stop();
  }
});

const started = (line: string) => line.includes('"started"');
const leading = (line: string) => line.includes('"leading"');

/** The kept program itself, by a word of its command line; its keeper is another process. */
function pidOf({ child }: Kept, word: string): number {
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word));
  if (!found) throw new Error(`none of ${children} has "${word}" on its command line`);
  return Number(found);
}

/** What the sidecar writes, line by line, as it comes. */
function linesOf({ child }: Kept): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop()!;
      lines.push(...parts);
    });
  }
  return lines;
}

async function sidecarCommand(): Promise<string[]> {
  const deployment = the(await built('sidecar'), 'Deployment', 'ameide-process');
  const [container] = objectsAt(deployment.spec, 'template', 'spec', 'containers');
  const { command, args } = container as { command: string[]; args: string[] };
  return [...command, ...args];
}

async function kubeconfigOfSidecar(plane: ControlPlane): Promise<string> {
  await installCrd(plane, join(deployFolder, 'crd/ameide.io_processes.yaml'));
  const rights = (await built('sidecar')).filter(({ kind }) => /^(ServiceAccount|Role|RoleBinding)$/.test(kind));
  for (const object of rights) await demand(plane, 'POST', (await resourcePath(plane, object))!, object);
  const { kubeconfig, caFile } = await serviceAccountKubeconfig(plane, 'ameide-system', 'ameide-process');
  const inline = JSON.stringify({ 'certificate-authority-data': readFileSync(caFile).toString('base64') }).slice(1, -1);
  return readFileSync(kubeconfig, 'utf8').replace(/"certificate-authority": ?"[^"]*"/, inline);
}

test('what the build is given is enough to compile in there: all but npm ci', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ameide-context-'));
  try {
    const given = readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.*)$/gm);
    for (const [, name] of given) if (name !== 'dist') cpSync(join(root, name!), join(dir, name!), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
    execFileSync(process.execPath, ['tools/bundle.mjs'], { cwd: dir });
    const input = readFileSync(join(root, 'tools/usual-list.yaml'));
    const render = (checkout: string) =>
      execFileSync(process.execPath, [join(checkout, 'dist/ameide-process')], { input, encoding: 'utf8' });
    assert.is(render(dir), render(root));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('the Dockerfile by itself: the version is this one, and no registry is named', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  assert.is(/^ARG VERSION=(.*)$/m.exec(text)?.[1], version);
  assert.match(/^ARG BASE=(.*)$/m.exec(text)?.[1] ?? '', /^node:\d+[\w.-]*$/);
});

function filesBelow(dir: string): string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(dir, join(entry.parentPath, entry.name))).sort();
}

test.run();
