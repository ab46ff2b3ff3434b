/** Golden cases of `decide`: an observation in, the status out. */
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { decide } from '../../src/sidecar/decide.ts';
import type { Observation } from '../../src/sidecar/observation.ts';
import { golden } from '../golden.ts';
import { root } from '../testbed/parts.ts';

golden(join(root, 'test/cases/status'), async (input) => {
  const decision = decide(load(input) as Observation);
  return { output: dump(decision, { lineWidth: -1 }), stderr: '' };
});
