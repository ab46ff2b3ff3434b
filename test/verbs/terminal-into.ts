/** A terminal that only remembers: what is told goes to lists of lines. */
import { describe } from '../../src/problem.ts';
import type { Terminal } from '../../src/verbs/terminal.ts';

/** What was printed, and the remarks and findings; by default nobody looks at them. */
export function terminalInto(stdout: string[] = [], stderr: string[] = []): Terminal {
  return {
    print: async (text) => void stdout.push(text),
    remark: async (text) => void stderr.push(text),
    report: async (findings) => void stderr.push(...findings.map(describe)),
    progress() {},
    style: (_, text) => text,
    width: () => undefined,
    isRedrawable: false,
  };
}
