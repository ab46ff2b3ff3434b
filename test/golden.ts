/** Golden cases: each folder with an input.yaml is one; its expected.yaml and stderr.txt are the whole outcome. `UPDATE=1` rewrites them. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

export interface Outcome {
  /** Undefined where nothing may be printed. */
  readonly output: string | undefined;
  readonly stderr: string;
}

/** Runs `run` on every case below `folder`, and registers one test for each. It never passes without cases. */
export function golden(folder: string, run: (input: string, dir: string) => Promise<Outcome>, expected = 'expected.yaml'): void {
  const test = suite(basename(folder));
  const cases = namesOfCases(folder);
  test('has cases', () => assert.ok(cases.length > 0, `${folder} holds no cases`));
  for (const name of cases) {
    const dir = join(folder, name);
    test(name, async () => {
      const { output, stderr } = await run(readFileSync(join(dir, 'input.yaml'), 'utf8'), dir);
      compare(join(dir, expected), output);
      compare(join(dir, 'stderr.txt'), stderr === '' ? undefined : stderr);
    });
  }
  test.run();
}

/** Sorted, so that a failure is found again at the same place. */
export function namesOfCases(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'input.yaml')))
    .sort();
}

/** An absent file stands for an absent text. */
function compare(file: string, actual: string | undefined): void {
  if (process.env.UPDATE) {
    if (actual === undefined) rmSync(file, { force: true });
    else writeFileSync(file, actual);
    return;
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const remedy = `${file} differs; if intended: UPDATE=1 npm test -- golden`;
  if (expected !== undefined && actual !== undefined) assert.fixture(actual, expected, remedy);
  assert.is(actual, expected, remedy);
}
