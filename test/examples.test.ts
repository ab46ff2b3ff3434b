/** The commands of each example's README, run as they stand in a fresh clone. */
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { examplesFolder, openTools, type Tools } from './real-tools.ts';
import { root } from './testbed/parts.ts';

const test = suite<{ tools: Tools }>('examples');
const ours = ['spec', 'several', 'sub-packages', 'overlays', 'mixed', 'everything', 'rendered'];

test.before(async (context) => {
  context.tools = await openTools();
});
test.after(({ tools }) => tools?.close());

test('every example is here, and has a README', () => {
  const found = readdirSync(examplesFolder).filter((name) => existsSync(join(examplesFolder, name, 'README.md')));
  for (const name of ours) assert.ok(found.includes(name), name);
});

for (const name of ours) {
  test(`the README of ${name}`, ({ tools }) => {
    const blocks = [...readFileSync(join(examplesFolder, name, 'README.md'), 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text);
    assert.ok(blocks.length > 0);
    const { code, stdout, stderr } = tools.run('sh', ['-ec', blocks.join('\n')], { cwd: clone(tools) });
    assert.is(code, 0, stdout + stderr);
  });
}

/** A repository with the examples committed, and the tool built. */
function clone(tools: Tools): string {
  const dir = join(tools.scratch, 'clone');
  rmSync(dir, { recursive: true, force: true });
  cpSync(realpathSync(examplesFolder), join(dir, 'examples'), { recursive: true });
  symlinkSync(join(root, 'dist'), join(dir, 'dist'));
  const identity = '-c user.name=test -c user.email=test@example.com -c commit.gpgsign=false -c core.autocrlf=false';
  const { code, stderr } = tools.run('sh', ['-ec', `git init -q; git add examples; git ${identity} commit -qm examples`], { cwd: dir });
  assert.is(code, 0, stderr);
  return dir;
}

test.run();
