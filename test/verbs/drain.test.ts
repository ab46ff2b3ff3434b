/** `drain` on files: what is asked changes, not a byte more; and back. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { losses } from '../../src/verbs/losses.ts';

const cli = fileURLToPath(new URL('../../src/cli.js', import.meta.url));
const test = suite<{ dir: string }>('drain as a command');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-drain-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const head = `# team sales
apiVersion: ameide.io/v1
kind: Process
metadata:
  name: l2o # ours
spec:
  image: worker:1   # odd   spaces
  definitionRef: {id: L2O_v3, tenantId: t123}
  temporal:
    namespace: sales-process
    taskQueue: l2o-tq
`;
const other = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n';

function drain(dir: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'drain', ...args], { cwd: dir, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('it writes the lifecycle, keeps the rest byte for byte, and takes it back', ({ dir }) => {
  const file = join(dir, 'l2o.yaml');
  writeFileSync(file, head + other);
  const told = drain(dir, 'l2o.yaml');
  assert.equal([told.status, told.stdout], [0, 'l2o is Draining (l2o.yaml)\n'], told.stderr);
  assert.match(told.stderr, /^Render and commit/);
  assert.is(readFileSync(file, 'utf8'), `${head}  lifecycle: Draining\n${other}`);
  assert.is(drain(dir, 'l2o.yaml').stdout, 'l2o is Draining already (l2o.yaml)\n');
  assert.is(drain(dir, 'l2o.yaml', '--undo').stdout, 'l2o is Active (l2o.yaml)\n');
  assert.is(readFileSync(file, 'utf8'), head + other);
  assert.is(drain(dir, 'l2o.yaml', '--undo').stdout, 'l2o is Active already (l2o.yaml)\n');
});

test('policy and timeout are written, and changed where they stand', ({ dir }) => {
  const file = join(dir, 'l2o.yaml');
  writeFileSync(file, head);
  assert.is(drain(dir, file, '--policy', 'Cancel', '--timeout', '2h').status, 0);
  assert.is(readFileSync(file, 'utf8'), `${head}  lifecycle: Draining\n  drain:\n    policy: Cancel\n    timeout: "2h"\n`);
  assert.is(drain(dir, file, '--policy', 'Wait', '--dry-run').stdout, `l2o would be Draining (${file})\n`);
  assert.is(drain(dir, file, '--policy', 'Wait').status, 0);
  assert.is(readFileSync(file, 'utf8'), `${head}  lifecycle: Draining\n  drain:\n    policy: Wait\n    timeout: "2h"\n`);
});

test('one file that cannot be edited leaves all as they are', ({ dir }) => {
  writeFileSync(join(dir, 'l2o.yaml'), head);
  writeFileSync(join(dir, 'other.yaml'), other);
  for (const [bad, words] of [
    ['other.yaml', /ProcessNotFound: other\.yaml: there is no Process in this file/],
    ['absent.yaml', /PackageInvalid: absent\.yaml: cannot be read/],
  ] as const) {
    const { status, stdout, stderr } = drain(dir, 'l2o.yaml', bad);
    assert.equal([status, stdout], [1, '']);
    assert.match(stderr, words);
  }
  assert.is(readFileSync(join(dir, 'l2o.yaml'), 'utf8'), head);
});

test('-o json says the same', ({ dir }) => {
  writeFileSync(join(dir, 'l2o.yaml'), head);
  const { processes } = JSON.parse(drain(dir, 'l2o.yaml', '-o', 'json').stdout);
  assert.equal(processes, [{ name: 'l2o', file: 'l2o.yaml', lifecycle: 'Draining', changed: true }]);
});

const spec = { temporal: { taskQueue: 'l2o-tq' } };
const draining = { phase: 'Waiting', since: '2026-11-24T11:00:00Z', remaining: 3 };

test('what is lost by a release is told by what is known', () => {
  assert.match(losses({ spec })[0]!, /^nobody has looked what runs on task queue "l2o-tq"/);
  const schedules = [{ id: 'nightly' }, { id: 'held', wasPaused: true }];
  assert.equal(losses({ spec, status: { drain: { ...draining, schedules } } }), [
    '3 workflows run on task queue "l2o-tq" and will have no workers and no definitions: until others are there, nothing of them goes on',
    '1 Schedule stays paused: nightly',
  ]);
  const conditions = [{ type: 'Drained', status: 'Unknown', reason: 'TemporalUnreachable', message: 'ECONNREFUSED' }];
  assert.match(losses({ spec, status: { drain: draining, conditions } })[1]!, /^that was true when Temporal answered last: ECONNREFUSED/);
  assert.match(losses({ spec, status: { drain: { ...draining, remaining: 0 } } })[0]!, /^no workflow was found/);
  assert.match(losses({ spec, status: { drain: { phase: 'Pausing', since: draining.since } } })[0]!, /^it is not known/);
});

test.run();
