import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { part, root } from '../testbed/parts.ts';
import { processYaml, withBed } from '../verbs/pin-bed.ts';

const test = suite('pin of an overlay, interrupted');

test('Ctrl-C while what was written is built again: everything is as it was', async () => {
  const kustomize = await part('kustomize');
  await withBed(async ({ dir, server, write, tree, define }) => {
    define('L2O_v3', 1);
    write({
      'base/l2o.yaml': processYaml('l2o'),
      'base/kustomization.yaml': 'resources: [l2o.yaml]\n',
      'overlay/kustomization.yaml': 'namePrefix: x-\nresources: [../base]\n',
    });
    const before = tree();
    // The real kustomize; but the build that confirms what was written does not end by itself.
    const bin = join(dir, '../bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'kustomize'), `#!/bin/sh\n[ -e '${dir}/overlay/l2o.pin.yaml' ] && exec sleep 60\nexec '${kustomize}' "$@"\n`);
    chmodSync(join(bin, 'kustomize'), 0o755);
    const temporary = join(dir, '../tmp');
    mkdirSync(temporary);
    const env = { ...process.env, TMPDIR: temporary, PATH: `${bin}:${process.env.PATH}` };
    const child = spawn(join(root, 'dist/ameide-process'), ['pin', join(dir, 'overlay'), '--source', server.address], {
      env,
      detached: true,
    });
    const ended = once(child, 'exit');
    while (child.exitCode === null && !existsSync(join(dir, 'overlay/l2o.pin.yaml'))) await delay(20);
    await delay(200);
    // To the program alone: a terminal also ends kustomize, and which of the two is told of first nobody can say.
    child.kill('SIGINT');
    assert.equal(await ended, [130, null]);
    process.kill(-child.pid!, 'SIGKILL');
    assert.is(tree(), before);
    assert.equal(readdirSync(temporary), []);
  });
});

test.run();
