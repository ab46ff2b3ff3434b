/** `npm run bench`: the speed of the function against yardsticks, in one run, as ratios; with `-- sidecar`, the sidecar's. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { goPart, part, root } from '../test/testbed/parts.ts';
import { type Bed, type Group, groups } from './figures.ts';
import { measureWith } from './measure.ts';
import { type Row, tableOf } from './table.ts';

const isSidecar = process.argv[2] === 'sidecar';
const args = isSidecar ? [] : process.argv.slice(2);
const { values } = parseArgs({ args, options: { only: { type: 'string' }, runs: { type: 'string' } } });
const chosen = groups.filter(({ name }) => name.includes(values.only ?? ''));
const say = (text: string) => process.stderr.write(`${text}\n`);

if (isSidecar) process.exit(await (await import('./sidecar/bench-sidecar.ts')).benchSidecar(process.argv.slice(3)));
else if (chosen.length === 0 || !/^[1-9][0-9]*$/.test(values.runs ?? '1')) {
  say(`usage: npm run bench -- [--only NAME] [--runs N] | sidecar\nNAME is all or part of: ${groups.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else await run();

async function run(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-bench-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const bed = await prepare(scratch);
  const rows = chosen.flatMap((group) => measureGroup(group, bed));
  const { stdout: version } = spawnSync(bed.node, ['--version'], { encoding: 'utf8' });
  console.log(`Node ${version.trim()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}; medians of interleaved runs.`);
  console.log('Memory is the peak resident set as wait4 tells it. Ratios are medians of the ratios of neighbouring runs.\n');
  console.log(tableOf(rows));
}

function measureGroup({ name, title, runs, measure }: Group, bed: Bed): Row[] {
  const count = Number(values.runs ?? runs);
  say(`${name}: ${title}, ${count} pairs of runs …`);
  try {
    return measure(bed, count);
  } catch (error) {
    say(`${name} could not be measured: ${(error as Error).message}`);
    process.exitCode = 1;
    return [];
  }
}

/** The Node that the package asks for is first on PATH: `#!/usr/bin/env node` finds it. */
async function prepare(scratch: string): Promise<Bed> {
  const bin = join(root, 'node_modules/.bin');
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env;
  return {
    scratch,
    ours: join(root, 'dist/ameide-process'),
    node: join(bin, 'node'),
    kustomize: await part('kustomize'),
    kpt: await part('kpt'),
    kyaml: await goPart('bench/kyaml-function'),
    measure: measureWith(await goPart('bench/meter'), { ...env, PATH: `${bin}${delimiter}${env.PATH ?? ''}` }),
  };
}
