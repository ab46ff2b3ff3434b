import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { processYaml, withBed } from './pin-bed.ts';

const held = suite('pin and Processes that stay on a version');

held('going back says that it stays, and how to follow again; so does a plain pin that leaves it behind', () =>
  withBed(async ({ define, write, pin, read }) => {
    for (const version of [1, 2, 3]) define('L2O_v3', version);
    write({ 'l2o.yaml': processYaml('l2o') });
    const first = await pin();
    assert.not.match(first.stderr, 'stays');
    const back = await pin(['l2o'], { version: 2 });
    const remark = 'l2o stays on 2 (there is 3); `ameide-process pin ';
    assert.match(back.stderr, remark);
    assert.match(back.stderr, / l2o --version latest` follows the latest again\.$/);
    const later = await pin();
    assert.is(later.stderr.split('\n').length, 1);
    assert.match(later.stderr, remark);
    const asked = JSON.parse((await pin([], { output: 'json' })).stdout);
    assert.is(asked.processes[0].stays, 2);
    const dropped = await pin(['l2o'], { drop: ['3'] });
    assert.not.match(dropped.stderr, 'stays', 'nothing newer is known any more, and nobody is asked');
    const latest = await pin(['l2o'], { version: 'latest' });
    assert.not.match(latest.stderr, 'stays');
    assert.is(JSON.parse((await pin([], { output: 'json' })).stdout).processes[0].stays, null);
    assert.not.match(read('l2o.yaml'), /^ {4}version:/m);
  }),
);

held('several in one remark; another Process of the same definition tells what is newer, one of another tenant does not', () =>
  withBed(async ({ define, write, pin }) => {
    for (const version of [1, 2]) define('L2O_v3', version);
    define('other', 1);
    write({
      'a.yaml': processYaml('a', ['version: 1']),
      'b.yaml': processYaml('b', ['version: 1']),
      'c.yaml': processYaml('c'),
      'd.yaml': processYaml('d', ['version: 1'], 'other'),
    });
    const { stderr } = await pin();
    const [, remark] = stderr.split('\n');
    assert.match(
      remark!,
      /^a stays on 1 \(there is 2\), b stays on 1 \(there is 2\); `ameide-process pin .* a b --version latest` lets them follow the latest again\.$/,
    );
    assert.is(stderr.split('\n').length, 2);
  }),
);

held.run();
