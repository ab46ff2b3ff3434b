/** Golden cases of `promote` and `abort`: what is meant changes, comments and the rest of the file stay; a refusal changes nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { abortVerb, promoteVerb } from '../../src/verbs/canary.ts';
import type { Terminal } from '../../src/verbs/terminal.ts';
import { golden } from '../golden.ts';
import { root } from '../testbed/parts.ts';
import { terminalInto } from './terminal-into.ts';

golden(join(root, 'test/cases/canary'), async (input, dir) => {
  const scratch = mkdtempSync(join(tmpdir(), 'ameide-canary-'));
  try {
    const file = join(scratch, 'l2o.yaml');
    writeFileSync(file, input);
    const verb = basename(dir).startsWith('promote-') ? promoteVerb : abortVerb;
    const dry = await told((terminal) => verb([file], { output: 'table', dryRun: true }, terminal));
    assert.is(readFileSync(file, 'utf8'), input, 'a dry run changes nothing');
    const { status, lines } = await told((terminal) => verb([file], { output: 'table' }, terminal));
    const output = readFileSync(file, 'utf8');
    assert.is(output !== input, status === 0);
    assert.is(dry.status, status);
    return { output, stderr: lines.map((line) => `${line.replaceAll(`${scratch}/`, '')}\n`).join('') };
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

async function told(verb: (terminal: Terminal) => Promise<number>): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = [];
  return { status: await verb(terminalInto(lines, lines)), lines };
}
