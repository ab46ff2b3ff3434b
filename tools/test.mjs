/**
 * Runs the compiled tests, one process per file so that a file can neither disturb nor hang the others, and counts what uvu itself does
 * not: a file that ran no test, a `before` hook that threw, a crash after the summary. `npm test -- NAME…` runs the files so named.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, 'node_modules/.bin/node');
const tests = join(root, 'build/test');
const durationsFile = join(root, 'build/.test-durations.json');
/** A file that takes longer hangs; it is ended and counts as one failure. */
const limitSeconds = 300;
const slowestShown = 5;

prepare();
const files = select(process.argv.slice(2));
if (files.length === 0) finish([{ failed: 1, passed: 0, note: `no test file matches ${process.argv.slice(2).join(' ') || '*.test.js'}` }]);
buildParts(files);
const { keep } = await import(pathToFileURL(join(tests, 'testbed/keep.js')).href);
const durations = readDurations();
const results = await runAll(longestFirst(files));
writeFileSync(durationsFile, JSON.stringify({ ...durations, ...Object.fromEntries(results.map(({ name, seconds }) => [name, seconds])) }));
showSlowest(results);
finish(results);

/** Also when started as `node tools/test.mjs`: what runs is what the sources say. */
function prepare() {
  const { status } = spawnSync(process.execPath, [join(root, 'tools/prepare.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

function select(patterns) {
  const names = readdirSync(tests, { recursive: true }).filter((name) => name.endsWith('.test.js'));
  return names.filter((name) => patterns.length === 0 || patterns.some((pattern) => name.includes(pattern))).sort();
}

/** Up front, and not within a test's time limit; only when a chosen test needs them. */
function buildParts(chosen) {
  if (!chosen.some((name) => reaches(join(tests, name), join(tests, 'testbed/parts.js'), new Set()))) return;
  const { status } = spawnSync(node, [join(tests, 'testbed/build-parts.js')], { stdio: 'inherit' });
  if (status !== 0) finish([{ failed: 1, passed: 0, note: 'the parts that the tests run against could not be built' }]);
}

/** Does a compiled file import another, directly or not? */
function reaches(file, target, seen) {
  if (file === target) return true;
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?['"](\.[^'"]+)['"]/g)];
  return imports.some(([, path]) => reaches(join(dirname(file), path), target, seen));
}

async function runAll(names) {
  const results = [];
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      const result = await runFile(name);
      results.push(result);
      show(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
  return results;
}

async function runFile(name) {
  const started = performance.now();
  const env = { ...process.env, NODE_ENV: 'test', ...(process.stdout.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: '1' }) };
  const { child, ended, stop } = keep(node, ['--enable-source-maps', join(tests, name)], { cwd: root, env, output: 'pipe' });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => child.on('close', resolve));
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stop();
  }, limitSeconds * 1000);
  const code = await ended.finally(() => clearTimeout(limit));
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000))]);
  const output = Buffer.concat(chunks).toString();
  return { name: name.replace(/\.js$/, ''), seconds: (performance.now() - started) / 1000, output, ...judge({ name, output, code, late }) };
}

/** What a file's run amounts to. Whatever is not plainly a pass is a failure. */
function judge({ name, output, code, late }) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is removed
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '');
  const summary = /Total: +(\d+)\s+Passed: +(\d+)\s+Skipped: +(\d+)/.exec(plain);
  const [total, passed, skipped] = (summary ?? [0, 0, 0, 0]).slice(1).map(Number);
  if (late) return { passed, skipped, failed: 1, note: `ended after ${limitSeconds} s: it hangs` };
  if (!summary) return { passed: 0, skipped: 0, failed: 1, note: `no summary, exit code ${code}: it crashed, or no suite has .run()` };
  if (total === 0) return { passed: 0, skipped, failed: 1, note: 'it ran no test: is .run() missing?' };
  if (passed < total) return { passed, skipped, failed: total - passed, note: '' };
  if (code !== 0) return { passed, skipped, failed: 1, note: `every test passed, but the exit code is ${code}` };
  const idle = suitesNeverRun(name);
  return idle > 0 ? { passed, skipped, failed: 1, note: 'it has a suite without .run()' } : { passed, skipped, failed: 0, note: '' };
}

/** uvu says nothing about a suite that was made and never run. */
function suitesNeverRun(name) {
  const text = readFileSync(join(tests, name), 'utf8');
  return (text.match(/= suite\(/g) ?? []).length - (text.match(/\.run\(\)/g) ?? []).length;
}

function show({ name, passed, failed, skipped, seconds, note, output }) {
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''}`;
  console.log(`${failed ? '✘' : '✓'} ${name} (${counts}, ${seconds.toFixed(1)} s)${note && `: ${note}`}`);
  if (failed) console.log(output.replace(/^/gm, '    ').trimEnd());
}

function showSlowest(results) {
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds).slice(0, slowestShown);
  const lines = slowest.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  console.log(`\nThe slowest:\n${lines.join('\n')}\n`);
}

function finish(results) {
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  const failures = results.filter(({ failed }) => failed);
  for (const { name, note } of failures) console.log(`failed: ${name ? relative('.', name) : note}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exit(failures.length > 0 ? 1 : 0);
}

function readDurations() {
  try {
    return JSON.parse(readFileSync(durationsFile, 'utf8'));
  } catch {
    return {};
  }
}

/** So that the last to run is a short one. A file that was never timed goes first. */
function longestFirst(names) {
  const seconds = (name) => durations[name.replace(/\.js$/, '')] ?? Number.POSITIVE_INFINITY;
  return [...names].sort((a, b) => (seconds(a) === seconds(b) ? 0 : seconds(b) - seconds(a)));
}
