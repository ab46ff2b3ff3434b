import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pinLines, processYaml, withBed } from './pin-bed.ts';

const outdated = suite('outdated');

outdated('lists what is behind, held back or not pinned, and exits 1', () =>
  withBed(async ({ write, define, outdated: run, tree, server }) => {
    const [one, two] = [define('L2O_v3', 1), define('L2O_v3', 2)];
    write({
      'behind.yaml': processYaml('behind', pinLines(1, one)),
      'held.yaml': processYaml('held', ['version: 1', ...pinLines(1, one)]),
      'latest.yaml': processYaml('latest', pinLines(2, two)),
      'new.yaml': processYaml('new'),
      'renamed.yaml': processYaml('renamed', pinLines(2, two, 'L2O_v2')),
    });
    const before = tree();
    const { status, stdout, stderr } = await run();
    assert.is(status, 1);
    assert.is(stderr, '');
    const rows = stdout.split('\n').map((line) => line.split(/ {3,}/).slice(0, 4));
    assert.equal(rows, [
      ['PROCESS', 'CURRENT', 'WANTED', 'LATEST'],
      ['behind', '1', '2', '2'],
      ['held', '1', '1', '2'],
      ['new', 'none', '2', '2'],
      ['renamed', 'L2O_v2 2', '2', '2'],
    ]);
    assert.match(stdout, /behind .*\/behind\.yaml$/m);
    assert.is(server.requests(), 2, 'one question for the latest, one for version 1');
    assert.is(tree(), before);
  }),
);

outdated('exits 0 with a sentence when nothing is', () =>
  withBed(async ({ write, define, outdated: run, pin }) => {
    define('L2O_v3', 1);
    write({ 'l2o.yaml': processYaml('l2o') });
    await pin();
    const { status, stdout, stderr } = await run();
    assert.is(status, 0);
    assert.match(stdout, /: every pin is the latest$/);
    assert.is(stderr, '');
  }),
);

outdated('what cannot be looked up, or came back changed, is a finding beside the table', () =>
  withBed(async ({ write, define, outdated: run }) => {
    const one = define('L2O_v3', 1);
    write({
      'behind.yaml': processYaml('behind', pinLines(1, one)),
      'gone.yaml': processYaml('gone', [], 'gone'),
      'mutated.yaml': processYaml('mutated', pinLines(2, `sha256:${'0'.repeat(64)}`)),
    });
    define('L2O_v3', 2);
    const { status, stdout, stderr } = await run();
    assert.is(status, 1);
    assert.match(stdout, /^behind +1 +2 +2/m);
    assert.match(stdout, /^gone +none +\? +\?/m);
    assert.match(stderr, /^error DefinitionNotFound: Process "gone" .*\(p\/gone\.yaml\)/m);
    assert.match(stderr, /^error DefinitionMutated: Process "mutated" .*\(p\/mutated\.yaml\)/m);
  }),
);

outdated('names choose, and machines get JSON', () =>
  withBed(async ({ write, define, outdated: run }) => {
    define('L2O_v3', 4);
    write({ 'a.yaml': processYaml('a'), 'b.yaml': processYaml('b') });
    const { status, stdout } = await run(['b'], { output: 'json' });
    assert.is(status, 1);
    assert.equal(JSON.parse(stdout), {
      outdated: [{ name: 'b', file: 'b.yaml', definition: 'L2O_v3', current: null, wanted: 4, latest: 4 }],
      overlays: [],
      findings: [],
    });
  }),
);

outdated.run();
