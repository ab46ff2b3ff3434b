/** Every block of README.md and of the READMEs in examples/ and deploy/ is run: commands with the output that stands below them, TypeScript, YAML. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { part, root } from './testbed/parts.ts';

interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

const pages = [
  'README.md',
  ...findReadmes('examples'),
  ...findReadmes('deploy'),
  ...(existsSync(join(root, 'docs')) ? findReadmes('docs') : []),
];
/** Commands that this test does not run: those that run it, and the demonstration, which has a test of its own. */
const notRun = new Set(['npm test', 'npm start && npm test', 'npm run testbed -- demo']);
const test = suite('docs');
let scratch: string;
let path: string;

test.before(async () => {
  const tools = await Promise.all([part('kustomize'), part('kpt')]);
  path = [join(root, 'node_modules/.bin'), ...tools.map(dirname), process.env.PATH].join(':');
});

/** A clone as it would be after `npm start`: what git knows, committed, and what is built. */
test.before.each(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ameide-docs-'));
  const files = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).stdout;
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    cpSync(join(root, file), join(scratch, file));
  }
  const commit = 'git init -q && git add -A && git -c user.name=docs -c user.email=docs@example.com commit -qm clone';
  assert.is(spawnSync('bash', ['-c', commit], { cwd: scratch }).status, 0);
  for (const built of ['node_modules', 'build', 'dist']) symlinkSync(join(root, built), join(scratch, built));
});

test.after.each(() => rmSync(scratch, { recursive: true, force: true }));

test('there are pages with blocks', () => {
  assert.ok(blocksOf('README.md').length > 5);
  assert.ok(pages.filter((page) => blocksOf(page).length > 0).length > 5);
});

for (const page of pages) {
  test(`${page} does what it says`, () => {
    for (const block of blocksOf(page)) run(page, block);
  });
}

function findReadmes(dir: string): string[] {
  const names = readdirSync(join(root, dir), { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.md') && !name.includes('node_modules')).map((name) => join(dir, name));
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

function run(page: string, block: Block): void {
  const where = `${page}:${block.line}`;
  if (block.language === 'console') for (const command of commandsOf(block.text)) runCommand(where, command);
  else if (block.language === 'sh') runScript(where, block.text);
  else if (block.language === 'ts') runTypeScript(where, block.text);
  else if (block.language === 'yaml') {
    const errors = parseAllDocuments(block.text).flatMap((document) => document.errors ?? []);
    assert.equal(errors, [], where);
  } else assert.is(block.language, 'text', `${where}: a block of a language that nothing checks`);
}

interface Command {
  readonly command: string;
  readonly expected: string;
}

/** `$ command` lines (continued with a backslash), each with the output below it. */
function commandsOf(text: string): Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const command = /^(?:.*\\\n)*.*\n/.exec(part)![0];
      return { command: command.trim(), expected: part.slice(command.length) };
    });
}

function bash(script: string): { status: number | null; output: string } {
  const { NO_COLOR: _, ...env } = process.env;
  const options = { cwd: scratch, encoding: 'utf8', env: { ...env, PATH: `${scratch}/dist:${path}` } } as const;
  const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], options);
  return { status, output: stdout };
}

/** Output lines must match; a line `…` stands for any lines, `…` within a line for any text; `(exit status N)` ends a failing one. */
function runCommand(where: string, { command, expected }: Command): void {
  if (notRun.has(command)) return;
  const { status, output } = bash(command);
  const [, wanted, code] = /^([\s\S]*?)(?:\(exit status (\d+)\)\n)?$/.exec(expected)!;
  const shown = `${where}: $ ${command}\n--- printed (exit status ${status}) ---\n${output}--- documented ---\n${wanted}`;
  assert.is(status, Number(code ?? 0), shown);
  assert.ok(patternOf(wanted!).test(output), shown);
}

function patternOf(wanted: string): RegExp {
  const lines = wanted.replace(/\n+$/, '').split('\n');
  const parts = lines.map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(literally).join('.*')}[ ]*\\n`));
  return new RegExp(`^\\n*${wanted.trim() === '' ? '(?:.*\\n)*' : parts.join('')}\\n*$`);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function runScript(where: string, text: string): void {
  const lines = text.split('\n').filter((line) => !notRun.has(line.replace(/#.*$/, '').trim()));
  const { status, output } = bash(`set -e\n${lines.join('\n')}`);
  assert.is(status, 0, `${where}:\n${output}`);
}

function runTypeScript(where: string, text: string): void {
  writeFileSync(join(scratch, 'example.ts'), text);
  const { status, output } = bash('node example.ts');
  assert.is(status, 0, `${where}:\n${output}`);
}

test.run();
