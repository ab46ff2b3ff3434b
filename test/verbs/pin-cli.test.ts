import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bed, processYaml, type Told, withBed } from './pin-bed.ts';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const spawned = suite('pin and outdated as commands');

/** The command as a person gives it, in the folder above the package. */
function run({ dir }: Bed, ...args: string[]): Promise<Told> {
  const { NO_COLOR: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: dirname(dir), env }, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

spawned('pin, outdated and pin again', () =>
  withBed(async (bed) => {
    const { write, define, server, read } = bed;
    define('L2O_v3', 1);
    define('L2O_v3', 2);
    write({
      'l2o.yaml': processYaml('l2o'),
      'fn.yaml': `apiVersion: fn.ameide.io/v1\nkind: ProcessRender\nmetadata: {name: render}\nspec: {source: "${server.address}"}\n`,
    });
    assert.equal(await run(bed, 'pin', 'p', 'l2o', '--version', '1'), {
      status: 0,
      stdout:
        'PROCESS   DEFINITION   PINNED    RETAINED   FILE\nl2o       L2O_v3       new → 1   -          p/l2o.yaml\nchanged p/l2o.yaml\ncreated p/l2o.generated.yaml\n',
      stderr:
        'Run `ameide-process render p`, review the diff and commit.\nl2o stays on 1; `ameide-process pin p l2o --version latest` follows the latest again.\n',
    });
    assert.equal(await run(bed, 'outdated', 'p'), {
      status: 1,
      stdout: 'PROCESS   CURRENT   WANTED   LATEST   FILE\nl2o       1         1        2        p/l2o.yaml\n',
      stderr: '',
    });
    const json = await run(bed, 'pin', 'p/', '--version', 'latest', '-o', 'json');
    assert.is(json.stderr, '');
    const { processes, files, findings } = JSON.parse(json.stdout);
    assert.equal([processes[0].name, processes[0].was.version, processes[0].pin.version, processes[0].retained.length], ['l2o', 1, 2, 1]);
    assert.equal(files, [
      { path: 'l2o.generated.yaml', change: 'changed' },
      { path: 'l2o.yaml', change: 'changed' },
    ]);
    assert.equal(findings, []);
    assert.equal(await run(bed, 'outdated', 'p'), { status: 0, stdout: 'p: every pin is the latest\n', stderr: '' });
    const before = read('l2o.yaml');
    assert.is((await run(bed, 'pin', 'p', '--drop', '1', '--dry-run')).stdout.includes('would be changed p/l2o.yaml\n'), true);
    assert.is(read('l2o.yaml'), before);
  }),
);

spawned('--source is relative to where the command is given', () =>
  withBed(async (bed) => {
    bed.define('L2O_v3', 1);
    bed.write({ 'l2o.yaml': processYaml('l2o') });
    const { status, stderr } = await run(bed, 'pin', 'p', '--source', 'definitions');
    assert.is(status, 0, stderr);
  }),
);

spawned('AMEIDE_PROCESS_FROZEN concerns renders: who says pin means it', () =>
  withBed(async (bed) => {
    bed.define('L2O_v3', 1);
    bed.write({ 'l2o.yaml': processYaml('l2o') });
    process.env.AMEIDE_PROCESS_FROZEN = '1';
    try {
      assert.is((await run(bed, 'pin', 'p', '--source', 'definitions')).status, 0);
    } finally {
      delete process.env.AMEIDE_PROCESS_FROZEN;
    }
  }),
);

spawned('wrong usage exits 2, findings exit 1, neither with a stack trace', () =>
  withBed(async (bed) => {
    bed.write({ 'a.yaml': processYaml('a'), 'b.yaml': processYaml('b') });
    const before = bed.tree();
    const cases: readonly [args: string[], status: number, says: RegExp][] = [
      [['pin'], 2, /missing required argument 'dir'/],
      [['pin', 'p', '--version', '0'], 2, /It must be a whole number from 1, or latest/],
      [['pin', 'p', '--version', '3'], 2, /--version needs the names of the Processes when there are several: a, b/],
      [['pin', 'p', '--drop', '3'], 2, /--drop needs the names of the Processes/],
      [['pin', 'p', '--nonsense'], 2, /unknown option '--nonsense'/],
      [['pin', 'nowhere'], 1, /^error PackageInvalid: "nowhere" is no folder/],
      [['outdated', 'p'], 1, /^error SourceInvalid: no source of definitions is known/],
      [['pin', 'p', '--source', 'ftp://x'], 1, /^error SourceInvalid: /],
      [['pin', 'p', '--fn-config', 'absent.yaml'], 1, /^error FnConfigInvalid: absent\.yaml/],
    ];
    for (const [args, status, says] of cases) {
      const told = await run(bed, ...args);
      assert.is(told.status, status, args.join(' '));
      assert.match(told.stderr, says);
      assert.is(told.stdout, '', args.join(' '));
      assert.not.match(told.stderr, /^ +at /m);
    }
    assert.is(bed.tree(), before);
  }),
);

spawned('--help tells how to promote and what an overlay is', () =>
  withBed(async (bed) => {
    const { status, stdout } = await run(bed, 'pin', '--help');
    assert.is(status, 0);
    assert.match(stdout, 'Promotion from one overlay to the next is copying a pin');
    assert.match(stdout, 'NAME.pin.yaml');
  }),
);

spawned.run();
