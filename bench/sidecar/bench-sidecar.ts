/** `npm run bench -- sidecar`: what the sidecar costs and how fast it is, on a real API server and a real Temporal. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { tableOf } from '../table.ts';
import { openBed } from './bed.ts';
import { growthRows, rowsOf } from './rows.ts';
import { type Figures, measureScale } from './scale.ts';
import { parseSettings, type Settings, usage } from './settings.ts';
import { startSubject } from './subject.ts';

/** The exit code. */
export async function benchSidecar(args: readonly string[]): Promise<number> {
  const settings = parseSettings(args);
  if (!settings) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const started = performance.now();
  const say = (text: string) => process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
  say(`a control plane, kwok and Temporal (some ${minutes(settings)} minutes in all) …`);
  keepFigures(settings, []);
  const bed = await openBed(Math.max(...settings.scales));
  const start = () => startSubject(bed, profileFlags(settings));
  const all: Figures[] = [];
  try {
    for (const count of settings.scales) {
      all.push(await measureScale({ bed, settings, start, say }, count));
      keepFigures(settings, all);
    }
  } catch (error) {
    say(`could not be measured: ${(error as Error).message}`);
    return 1;
  } finally {
    if (all.length > 0) console.log(report(all));
  }
  return 0;
}

function report(all: readonly Figures[]): string {
  const [first] = all;
  const last = all.at(-1)!;
  const rows = [...all.flatMap(rowsOf), ...(all.length > 1 ? growthRows(first!, last) : [])];
  const head = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}; API server, controllers, kwok, Temporal and pollers share it.`;
  const note =
    'Counts are the API server’s and Temporal’s own; Temporal keeps each queue in one partition. The peer is temporal-worker-controller, measured with 1,000 resources.';
  return `${head}\n${note}\n\n${tableOf(rows)}`;
}

function minutes({ scales }: Settings): number {
  return Math.ceil(scales.reduce((sum, count) => sum + 1 + count / 180 + (count < 100 ? 0 : 4), 0));
}

function profileFlags({ keep, profile }: Settings): string[] {
  if (keep === undefined || !profile) return [];
  const folder = resolve(keep);
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`];
}

function keepFigures({ keep }: Settings, all: readonly Figures[]): void {
  if (keep === undefined) return;
  mkdirSync(keep, { recursive: true });
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  writeFileSync(join(keep, 'figures.json'), JSON.stringify(all, plain, 1));
}
