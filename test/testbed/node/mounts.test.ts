import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mountCommands } from './mounts.ts';

const test = suite<{ dir: string }>('mounts');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-mounts-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

function inside(commands: string[], look: string): string {
  const { stdout, stderr } = spawnSync('unshare', [...user, '--mount', 'sh', '-ec', [...commands, look].join('\n')], { encoding: 'utf8' });
  return stdout + stderr;
}

const folder = (dir: string, name: string, file: string) => {
  mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, name, file), `${file}\n`);
  return join(dir, name);
};

test('a clone in /tmp is seen when a volume is mounted there, and so is a volume within that one', ({ dir }) => {
  const clone = folder(dir, 'clone', 'program');
  const mounts = [
    { source: folder(dir, 'volumes/tmp', 'mine'), target: tmpdir(), readOnly: false },
    { source: folder(dir, 'volumes/deep', 'deep'), target: join(tmpdir(), 'not/there/yet'), readOnly: true },
  ];
  const commands = mountCommands({ mounts, etc: {}, kept: [clone], readOnlyRoot: true, scratch: folder(dir, 'scratch', 'x') });
  const look = `cd ${tmpdir()}; cat ${clone}/program mine not/there/yet/deep; ls; touch new && echo wrote; touch not/there/yet/new || echo could not`;
  const seen = inside(commands, look).split('\n');
  const root = dir.split('/')[2]!;
  assert.equal(seen.slice(0, 3), ['program', 'mine', 'deep']);
  assert.equal(seen.slice(3, 6), [root, 'mine', 'not'].sort());
  assert.is(seen[6], 'wrote');
  assert.match(seen.slice(7).join('\n'), 'could not');
});

test('what /etc has stays, but for what stands in its place', ({ dir }) => {
  const mounts = [{ source: folder(dir, 'volumes/ca', 'ca.crt'), target: '/etc/temporal/ca', readOnly: true }];
  const scratch = folder(dir, 'scratch', 'x');
  const commands = mountCommands({ mounts, etc: { hostname: 'pod\n' }, kept: [], readOnlyRoot: false, scratch });
  assert.is(inside(commands, 'cat /etc/hostname /etc/temporal/ca/ca.crt; test -s /etc/passwd && echo passwd'), 'pod\nca.crt\npasswd\n');
});

test.run();
