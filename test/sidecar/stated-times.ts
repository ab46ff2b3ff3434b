/** The times of faults as docs/status.md states them: what is promised there is what the tests hold the sidecar to. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../testbed/parts.ts';

const rows = readFileSync(join(root, 'docs/status.md'), 'utf8').matchAll(/^\| (.+?) \| (.+) \|$/gm);
const words = new Map([...rows].map(([, fault, after]) => [fault, after!]));

/** In milliseconds, the longest in the fault's row, where the fault is named in the same words. */
export function stated(fault: string): number {
  const seconds = [...(words.get(fault) ?? '').matchAll(/(\d+) s\b/g)].map(([, count]) => Number(count));
  if (seconds.length === 0) throw new Error(`docs/status.md states no time for "${fault}"`);
  return Math.max(...seconds) * 1_000;
}
