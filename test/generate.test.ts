/** src/gen/ is what its sources give now. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './testbed/parts.ts';

const test = suite('generate');

test('what is generated is not stale', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/generate.mjs'), '--check'], { encoding: 'utf8' });
  assert.is(status, 0, `${stdout}${stderr}`);
});

test.run();
