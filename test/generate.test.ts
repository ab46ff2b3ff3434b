/** src/gen/ and the generated parts of README.md are what their sources give now. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './testbed/parts.ts';

const test = suite('generate');

for (const tool of ['tools/generate.mjs', 'tools/readme.mjs']) {
  test(`what ${tool} makes is not stale`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, tool), '--check'], { encoding: 'utf8' });
    assert.is(status, 0, `${stdout}${stderr}`);
  });
}

test.run();
