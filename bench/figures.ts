/** The figures that issue and README promise, each group measured together. */
import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resourceList, writePackage } from './input.ts';
import { type Command, type Comparison, compare, type Measure } from './measure.ts';
import { checkSameObjects } from './same-objects.ts';
import { megabytes, milliseconds, type Row, times } from './table.ts';

/** The programs that are measured, and a folder for what they read and write. */
export interface Bed {
  readonly measure: Measure;
  readonly ours: string;
  readonly node: string;
  readonly kustomize: string;
  readonly kpt: string;
  readonly kyaml: string;
  readonly scratch: string;
}

export interface Group {
  readonly name: string;
  readonly title: string;
  /** How many pairs of runs unless `--runs` says so. */
  readonly runs: number;
  readonly measure: (bed: Bed, runs: number) => Row[];
}

export const groups: readonly Group[] = [
  { name: 'start', title: 'one Process through the function, against `node -e 0`', runs: 21, measure: start },
  { name: 'kustomize-1', title: 'kustomize build of one Process, against `cat` as the function', runs: 15, measure: kustomizeOne },
  { name: 'kustomize-200', title: 'kustomize build of 200, against printing the finished output', runs: 5, measure: kustomizeMany },
  { name: 'kpt-200', title: 'kpt fn render of 200, against printing the finished output', runs: 5, measure: kptMany },
  { name: 'bulk', title: '10,000 Processes, against functions on the kyaml framework (minutes)', runs: 3, measure: bulk },
  { name: 'linear', title: 'from 1,000 to 10,000 Processes', runs: 5, measure: linear },
];

function start(bed: Bed, runs: number): Row[] {
  const input = listFile(bed, 1);
  const result = compare(bed.measure, { argv: [bed.ours], input }, { argv: [bed.node, '-e', '0'] }, runs);
  const above = result.ours.peakMb - result.yardstick.peakMb;
  return [
    wallRow('1 Process: whole run : node -e 0', result, 2),
    {
      figure: '1 Process: memory above node -e 0',
      ours: megabytes(result.ours.peakMb),
      yardstick: megabytes(result.yardstick.peakMb),
      ratio: `+${megabytes(above)}`,
      target: '≤ +25 MB',
      passed: above <= 25,
    },
  ];
}

function kustomizeOne(bed: Bed, runs: number): Row[] {
  const ours = kustomizeBuild(bed, 'kustomize-ours', 1, bed.ours);
  const cat = kustomizeBuild(bed, 'kustomize-cat', 1, '/bin/cat');
  const copy = kustomizeBuild(bed, 'kustomize-copy', 1, copyInNode(bed));
  const floor = compare(bed.measure, copy, cat, runs);
  return [
    wallRow('1 Process: kustomize build : with cat', compare(bed.measure, ours, cat, runs), 1.3),
    {
      figure: '  of which Node copying its input : with cat',
      ours: milliseconds(floor.ours.wallMs),
      yardstick: milliseconds(floor.yardstick.wallMs),
      ratio: times(floor.wallRatio),
      target: '(floor)',
      passed: undefined,
    },
  ];
}

/** What starting Node costs, whatever the function does. */
function copyInNode({ scratch, node }: Bed): string {
  const path = join(scratch, 'copy');
  writeFileSync(path, `#!${node}\nconst fs = require('node:fs');\nfs.writeSync(1, fs.readFileSync(0));\n`);
  chmodSync(path, 0o755);
  return path;
}

function kustomizeMany(bed: Bed, runs: number): Row[] {
  const { recorder, printer } = recordedOutput(bed, 'kustomize');
  bed.measure(kustomizeBuild(bed, 'kustomize-recorded', 200, recorder));
  const ours = kustomizeBuild(bed, 'kustomize-ours-200', 200, bed.ours);
  const finished = kustomizeBuild(bed, 'kustomize-finished-200', 200, printer);
  return [wallRow('200: kustomize build : finished output', compare(bed.measure, ours, finished, runs), 1.15)];
}

function kptMany(bed: Bed, runs: number): Row[] {
  const { recorder, printer } = recordedOutput(bed, 'kpt');
  bed.measure(kptRender(bed, 200, recorder));
  const result = compare(bed.measure, kptRender(bed, 200, bed.ours), kptRender(bed, 200, printer), runs);
  return [wallRow('200: kpt fn render : finished output', result, 1.3)];
}

function bulk(bed: Bed, runs: number): Row[] {
  const run = (count: number, ...argv: [string, ...string[]]): Command => ({
    argv,
    input: listFile(bed, count),
    output: join(bed.scratch, `${argv.length > 1 ? 'nothing' : argv[0] === bed.ours ? 'ours' : 'kyaml'}.yaml`),
  });
  bed.measure(run(200, bed.ours));
  bed.measure(run(200, bed.kyaml));
  checkSameObjects(join(bed.scratch, 'ours.yaml'), join(bed.scratch, 'kyaml.yaml'));
  const kyaml = compare(bed.measure, run(10_000, bed.ours), run(10_000, bed.kyaml), runs);
  const nothing = compare(bed.measure, run(10_000, bed.ours), run(10_000, bed.kyaml, '--nothing'), runs);
  return [
    wallRow('10,000: whole run : the same on kyaml', kyaml, 0.5),
    peakRow('10,000: memory : the same on kyaml', kyaml, 0.5),
    wallRow('10,000: whole run : kyaml doing nothing', nothing, 1),
    peakRow('10,000: memory : kyaml doing nothing', nothing, 1),
  ];
}

/** What 9,000 more cost, against ten times what the first 999 cost: about 1 when the growth is linear, whatever the start costs. */
function linear(bed: Bed, runs: number): Row[] {
  const run = (count: number): Command => ({ argv: [bed.ours], input: listFile(bed, count) });
  const many = compare(bed.measure, run(10_000), run(1_000), runs);
  const one = compare(bed.measure, run(1_000), run(1), runs).yardstick;
  const growth = (large: number, small: number, base: number) => (large - base) / (small - base) / (9_999 / 999);
  const wall = growth(many.ours.wallMs, many.yardstick.wallMs, one.wallMs);
  const peak = growth(many.ours.peakMb, many.yardstick.peakMb, one.peakMb);
  const row = (figure: string, ours: string, yardstick: string, ratio: number): Row => ({
    figure,
    ours,
    yardstick,
    ratio: times(ratio),
    target: '≤ 1.25×',
    passed: ratio <= 1.25,
  });
  return [
    row('growth of time for each, 1,000 to 10,000', milliseconds(many.ours.wallMs), milliseconds(many.yardstick.wallMs), wall),
    row('growth of memory for each, 1,000 to 10,000', megabytes(many.ours.peakMb), megabytes(many.yardstick.peakMb), peak),
  ];
}

function wallRow(figure: string, { ours, yardstick, wallRatio }: Comparison, limit: number): Row {
  return ratioRow(figure, milliseconds(ours.wallMs), milliseconds(yardstick.wallMs), wallRatio, limit);
}

function peakRow(figure: string, { ours, yardstick, peakRatio }: Comparison, limit: number): Row {
  return ratioRow(figure, megabytes(ours.peakMb), megabytes(yardstick.peakMb), peakRatio, limit);
}

function ratioRow(figure: string, ours: string, yardstick: string, ratio: number, limit: number): Row {
  return { figure, ours, yardstick, ratio: times(ratio), target: `≤ ${times(limit)}`, passed: ratio <= limit };
}

function listFile({ scratch }: Bed, count: number): string {
  const file = join(scratch, `list-${count}.yaml`);
  writeFileSync(file, resourceList(count));
  return file;
}

function kustomizeBuild({ scratch, kustomize }: Bed, name: string, count: number, exec: string): Command {
  const dir = join(scratch, name);
  writePackage(dir, count, exec);
  return { argv: [kustomize, 'build', '--enable-alpha-plugins', '--enable-exec', dir] };
}

/** kpt renders in place: each run starts from a fresh copy, always in one folder, because kpt tells functions where a package is. */
function kptRender({ scratch, kpt }: Bed, count: number, exec: string): Command {
  const template = join(scratch, `kpt-${exec.replaceAll('/', '_')}`);
  const dir = join(scratch, 'kpt-package');
  writePackage(template, count, exec);
  const before = () => {
    rmSync(dir, { recursive: true, force: true });
    cpSync(template, dir, { recursive: true });
  };
  return { argv: [kpt, 'fn', 'render', '--allow-exec', dir], before };
}

/** Two functions: one runs ours and keeps what it prints, the other prints what was kept. */
function recordedOutput({ scratch, ours }: Bed, name: string): { recorder: string; printer: string } {
  const kept = join(scratch, `${name}-finished.yaml`);
  const script = (file: string, text: string) => {
    const path = join(scratch, `${name}-${file}.sh`);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  return { recorder: script('recorder', `'${ours}' >'${kept}' && cat '${kept}'`), printer: script('printer', `exec cat '${kept}'`) };
}
