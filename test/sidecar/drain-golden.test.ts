/** Golden cases of the drain's machine: what was seen and remembered in; what is remembered, done and told out. */
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import type { DrainInput } from '../../src/sidecar/drain/drain.ts';
import { stepDrain } from '../../src/sidecar/drain/machine.ts';
import { drainStatus } from '../../src/sidecar/drain/status.ts';
import { golden } from '../golden.ts';
import { root } from '../testbed/parts.ts';

golden(join(root, 'test/cases/drain'), async (input) => {
  const seen = load(input) as DrainInput;
  const { drain, ...rest } = stepDrain(seen);
  return { output: dump({ ...(drain && { status: drainStatus(drain, seen) }), ...rest }, { lineWidth: -1 }), stderr: '' };
});
