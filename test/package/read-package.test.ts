import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDocuments } from '../../src/package/documents.ts';
import { fileChanges } from '../../src/package/package.ts';
import { readPackage } from '../../src/package/read-package.ts';
import { writeFiles } from '../../src/package/write-files.ts';
import { describe } from '../../src/problem.ts';
import { emit } from '../../src/render/emit.ts';
import { nameOf } from '../../src/resource.ts';

const test = suite('a folder as a package');
let dir: string;

test.before.each(() => {
  dir = mkdtempSync(join(tmpdir(), 'ameide-package-'));
});
test.after.each(() => rmSync(dir, { recursive: true, force: true }));

const processText = (name: string) => `apiVersion: ameide.io/v1\nkind: Process\nmetadata:\n  name: ${name}\n`;

function names(): string[] | string[][] {
  const read = readPackage(dir);
  return 'problems' in read ? read.problems.map((found) => [describe(found)]) : read.pkg.items.map(nameOf).sort();
}

test('links to files and JSON that is about us are read: what is not seen would be taken for removed', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'ameide-elsewhere-'));
  writeFileSync(join(elsewhere, 'linked.yaml'), processText('linked'));
  symlinkSync(join(elsewhere, 'linked.yaml'), join(dir, 'linked.yaml'));
  writeFileSync(join(dir, 'json.json'), '{"apiVersion": "ameide.io/v1", "kind": "Process", "metadata": {"name": "json"}}');
  writeFileSync(join(dir, 'data.json'), '[1, 2');
  assert.equal(names(), ['json', 'linked']);
  rmSync(elsewhere, { recursive: true });
});

test('a Process in a List, and one behind `...`, are refused by name', () => {
  writeFileSync(join(dir, 'a.yaml'), `apiVersion: v1\nkind: List\nitems:\n- apiVersion: ameide.io/v1\n  kind: Process\n`);
  writeFileSync(join(dir, 'b.yaml'), `${processText('first')}...\n${processText('second')}`);
  assert.equal(names(), [
    ['error PackageInvalid: a.yaml: a List with resources of ours is not taken apart; write its items as documents, `---` between them'],
    ['error YamlUnsafe: b.yaml: a document begins behind `...`; begin it with `---`'],
  ]);
});

test('a file that the tool cannot read is not overwritten', () => {
  writeFileSync(join(dir, 'l2o.yaml'), processText('l2o'));
  writeFileSync(join(dir, 'l2o.generated.yaml'), '{{ .Values.mine }}: [');
  assert.equal(names(), ['l2o']);
  const problems = writeFiles(dir, [
    { path: 'l2o.yaml', before: processText('l2o'), text: 'changed\n' },
    { path: 'l2o.generated.yaml', before: undefined, text: 'ours\n' },
  ]);
  assert.equal(
    problems.map(({ reason }) => reason),
    ['NameConflict'],
  );
  assert.is(readFileSync(join(dir, 'l2o.generated.yaml'), 'utf8'), '{{ .Values.mine }}: [');
  assert.is(readFileSync(join(dir, 'l2o.yaml'), 'utf8'), processText('l2o'));
});

test('writing keeps a file’s mode, and a link a link', () => {
  writeFileSync(join(dir, 'real.yaml'), 'a\n');
  chmodSync(join(dir, 'real.yaml'), 0o600);
  symlinkSync('real.yaml', join(dir, 'link.yaml'));
  assert.equal(writeFiles(dir, [{ path: 'link.yaml', before: 'a\n', text: 'b\n' }]), []);
  assert.is(readFileSync(join(dir, 'real.yaml'), 'utf8'), 'b\n');
  assert.is(statSync(join(dir, 'real.yaml')).mode & 0o777, 0o600);
});

test('hundreds of blank lines before the first document cost nothing', () => {
  const started = performance.now();
  const parsed = parseDocuments(`${'\n'.repeat(500)}a: 1\n---\n${processText('l2o')}`);
  assert.ok('documents' in parsed && parsed.documents.length === 2);
  assert.ok(performance.now() - started < 5000, 'exponential again');
});

test('U+2028 is no line break: what looks like `---` behind it stays where it is', () => {
  const text = 'a: |\n  q\u2028---\u2028    y\n';
  const parsed = parseDocuments(text);
  assert.equal('documents' in parsed && parsed.documents.map((document) => document.text), [text]);
});

test('a file that was changed since it was read is not overwritten, nor is anything else written', () => {
  writeFileSync(join(dir, 'a.yaml'), 'by a person\n');
  const problems = writeFiles(dir, [
    { path: 'new.yaml', before: undefined, text: 'ours\n' },
    { path: 'a.yaml', before: 'as it was read\n', text: 'ours\n' },
  ]);
  assert.equal(problems.map(describe), [
    'error PackageInvalid: a.yaml: the file was changed meanwhile; nothing was written, run the command again',
  ]);
  assert.is(readFileSync(join(dir, 'a.yaml'), 'utf8'), 'by a person\n');
  assert.not.ok(existsSync(join(dir, 'new.yaml')));
});

test('a user’s document on the line of its `---` keeps its file; nothing of theirs is taken for generated', () => {
  const generated = (name: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations:\n    ameide.io/generated-for: l2o\n`;
  writeFileSync(
    join(dir, 'l2o.generated.yaml'),
    `${generated('l2o-definition-1')}--- {apiVersion: v1, kind: ConfigMap, metadata: {name: mine}}\n`,
  );
  writeFileSync(join(dir, 'copied.yaml'), generated('my-own'));
  const read = readPackage(dir);
  assert.ok('pkg' in read);
  const { changes, problems } = emit(read.pkg.items, []);
  assert.equal(problems, []);
  assert.equal(
    fileChanges(read.pkg, changes).map(({ path, text }) => [path, text]),
    [['l2o.generated.yaml', '--- {apiVersion: v1, kind: ConfigMap, metadata: {name: mine}}\n']],
  );
});

test.run();
