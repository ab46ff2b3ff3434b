/** Wall time and peak memory of a command, and of two commands against each other. */
import { spawnSync } from 'node:child_process';

export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** A file for stdin; none: it is empty. */
  readonly input?: string;
  /** A file for stdout; none: it is thrown away. */
  readonly output?: string;
  readonly cwd?: string;
  /** What is put in place before each run, and not measured. */
  readonly before?: () => void;
}

export interface Figure {
  readonly wallMs: number;
  /** The largest resident set of the command or of one of its children. */
  readonly peakMb: number;
}

/** Figures of two commands that took turns; ratios are of neighbouring runs. Each is a median. */
export interface Comparison {
  readonly ours: Figure;
  readonly yardstick: Figure;
  readonly wallRatio: number;
  readonly peakRatio: number;
}

export type Measure = (command: Command) => Figure;

/** `meter` is the program of bench/meter; `env` is what commands see. Throws when a command fails: then there is nothing to measure. */
export function measureWith(meter: string, env: NodeJS.ProcessEnv): Measure {
  return ({ argv, input = '/dev/null', output = '/dev/null', cwd, before }) => {
    before?.();
    const { stdout, stderr, status } = spawnSync(meter, [input, output, ...argv], { cwd, env, encoding: 'utf8' });
    const failed = (why: string) => new Error(`${argv.join(' ')}: ${why}\n${stderr.slice(-2000)}`);
    if (status !== 0) throw failed('could not be measured');
    const { wallMs, peakKb, code } = JSON.parse(stdout) as { wallMs: number; peakKb: number; code: number };
    if (code !== 0) throw failed(`exit code ${code}`);
    return { wallMs, peakMb: peakKb / 1024 };
  };
}

/** A first run of each warms the file cache and does not count; then they take turns, and so does who is first. */
export function compare(measure: Measure, ours: Command, yardstick: Command, runs: number): Comparison {
  measure(ours);
  measure(yardstick);
  const pairs = Array.from({ length: runs }, (_, run) => {
    if (run % 2 === 0) return { ours: measure(ours), yardstick: measure(yardstick) };
    const first = measure(yardstick);
    return { ours: measure(ours), yardstick: first };
  });
  return {
    ours: medianFigure(pairs.map((pair) => pair.ours)),
    yardstick: medianFigure(pairs.map((pair) => pair.yardstick)),
    wallRatio: median(pairs.map((pair) => pair.ours.wallMs / pair.yardstick.wallMs)),
    peakRatio: median(pairs.map((pair) => pair.ours.peakMb / pair.yardstick.peakMb)),
  };
}

function medianFigure(figures: readonly Figure[]): Figure {
  return { wallMs: median(figures.map(({ wallMs }) => wallMs)), peakMb: median(figures.map(({ peakMb }) => peakMb)) };
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
