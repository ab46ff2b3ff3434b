import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksumOf } from '../../src/definition/check.ts';
import { closest } from '../../src/definition/closest.ts';
import { fileNameOf, folderSource } from '../../src/definition/folder.ts';
import { asDefinition, asProblem, examples, wanted } from './with-server.ts';

const test = suite<{ dir: string }>('definition/folder');

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'ameide-folder-'));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

function write(dir: string, path: string, text: string): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), text);
}

test('gives a version of the examples, byte for byte', async () => {
  const { text, version, checksum } = asDefinition(await folderSource(examples).read(wanted));
  assert.is(text, readFileSync(`${examples}/t123/L2O_v3/2.json`, 'utf8'));
  assert.is(version, 2);
  assert.is(checksum, checksumOf(text));
});

test('every example is a usable definition, one of them on a single line', async () => {
  const all = [
    ['t123', 'L2O_v3', 3],
    ['t123', 'order-to-cash', 2],
    ['t123', 'supplier-onboarding', 1],
    ['t123', 'invoice-approval', 1],
    ['acme', 'L2O_v3', 1],
    ['acme', 'incident-response', 4],
  ] as const;
  for (const [tenantId, id, latest] of all) {
    assert.is(asDefinition(await folderSource(examples).read({ id, tenantId })).version, latest, id);
  }
  assert.not.match(readFileSync(`${examples}/t123/invoice-approval/1.json`, 'utf8'), '\n');
});

test('the latest is the highest number, not the last name', async ({ dir }) => {
  for (const version of [2, 9, 10]) write(dir, `t/a/${version}.json`, `{"v":${version}}`);
  write(dir, 't/a/notes.json', '{}');
  write(dir, 't/a/011.json', '{}');
  assert.is(asDefinition(await folderSource(dir).read({ id: 'a', tenantId: 't' })).text, '{"v":10}');
});

test('an edit shows at once', async ({ dir }) => {
  const source = folderSource(dir);
  write(dir, 't/a/1.json', '{"v":1}');
  assert.is(asDefinition(await source.read({ id: 'a', tenantId: 't' })).text, '{"v":1}');
  write(dir, 't/a/1.json', '{"v":"edited"}');
  assert.is(asDefinition(await source.read({ id: 'a', tenantId: 't' })).text, '{"v":"edited"}');
});

const absent = [
  ['an id', { id: 'L20_v3', tenantId: 't123' }, 'Ids of that tenant: L2O_v3'],
  ['a tenant', { id: 'L2O_v3', tenantId: 't124' }, 'Tenants there: t123, acme'],
  ['a version', { ...wanted, version: 4 }, 'Versions there: 1, 2, 3'],
  ['an id that no file can be named after', { id: 'x'.repeat(5000), tenantId: 't123' }, 'Ids of that tenant'],
  ['a broken surrogate', { id: '\ud800', tenantId: 't123' }, 'Ids of that tenant'],
  ['an empty id', { id: '', tenantId: 't123' }, 'Ids of that tenant'],
] as const;

for (const [name, request, there] of absent) {
  test(`${name} that is absent: says what is there`, async () => {
    const { reason, message } = asProblem(await folderSource(examples).read(request));
    assert.is(reason, 'DefinitionNotFound');
    assert.ok(message.includes(there), message);
  });
}

test('an empty folder says so', async ({ dir }) => {
  const { reason, message } = asProblem(await folderSource(dir).read(wanted));
  assert.is(reason, 'DefinitionNotFound');
  assert.match(message, 'no definitions at all');
});

test('nothing outside the folder can be named', async ({ dir }) => {
  write(dir, 'secret/a/1.json', '{"secret":true}');
  write(dir, 'served/t/a/1.json', '{}');
  const source = folderSource(join(dir, 'served'));
  const outside = ['../secret', '..', '../../secret', '..\\secret', '%2e%2e/secret', join(dir, 'secret'), './../secret', '..\0/secret'];
  for (const name of outside) {
    for (const request of [
      { id: 'a', tenantId: name },
      { id: `${name}/a`, tenantId: 't' },
      { id: '../a', tenantId: name },
      { id: name, tenantId: name },
    ]) {
      assert.is(asProblem(await source.read({ ...request, version: 1 })).reason, 'DefinitionNotFound', JSON.stringify(request));
    }
  }
});

test('odd ids have one plain file name each', async ({ dir }) => {
  const odd = ['a/b', 'a%2Fb', '.', '..', '.hidden', 'größe', 'a b', 'CON:1', '', '%'];
  assert.is(new Set(odd.map(fileNameOf)).size, odd.length);
  for (const id of odd) {
    assert.not.match(fileNameOf(id), /^\.|\/|\\/);
    write(dir, `t/${fileNameOf(id)}/1.json`, JSON.stringify({ id }));
    assert.equal(JSON.parse(asDefinition(await folderSource(dir).read({ id, tenantId: 't' })).text), { id });
  }
});

test('a folder that is absent, a file, or a folder where a version should be, is unreachable', async ({ dir }) => {
  writeFileSync(join(dir, 'file'), '');
  mkdirSync(join(dir, 'served/t/a/1.json'), { recursive: true });
  for (const [path, tenantId] of [
    ['absent', 't'],
    ['file', 't'],
    ['served', 't'],
  ] as const) {
    const { reason, message } = asProblem(await folderSource(join(dir, path)).read({ id: 'a', tenantId }));
    assert.is(reason, 'SourceUnreachable', message);
    assert.match(message, join(dir, path));
  }
});

test('a folder that may not be read is unreachable', async ({ dir }) => {
  write(dir, 't/a/1.json', '{}');
  chmodSync(join(dir, 't'), 0o000);
  const outcome = await folderSource(dir).read({ id: 'a', tenantId: 't' });
  chmodSync(join(dir, 't'), 0o755);
  // Root may read everything.
  if ('reason' in outcome) assert.is(outcome.reason, 'SourceUnreachable');
  else assert.is(process.getuid?.(), 0);
});

test('the closest names come first', () => {
  assert.equal(closest('l2o_v2', ['zebra', 'L2O_v3', 'order', 'L2O'], 2), ['L2O_v3', 'L2O']);
  assert.equal(closest('x', []), []);
});

test.run();
