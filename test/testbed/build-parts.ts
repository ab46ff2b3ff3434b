/** Command: builds the parts ahead of the tests, all of them or those named (`kustomize`, or the folder of a Go module). */

import process from 'node:process';
import type { PartName } from './parts.ts';
import { goPart, part, partNames } from './parts.ts';

const isPart = (name: string): name is PartName => (partNames as readonly string[]).includes(name);
const asked = process.argv.slice(2);

try {
  // One after the other: Go uses every core as it is.
  for (const name of asked.length > 0 ? asked : partNames) {
    const path = await (isPart(name) ? part(name) : goPart(name));
    if (asked.length > 0) process.stdout.write(`${path}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
