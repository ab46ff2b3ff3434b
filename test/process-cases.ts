/** The table of good and bad Processes: test/cases/process. The renderer and a real API server must judge each of them alike. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { kubernetesSchema } from '../src/yaml/schema.ts';
import { root } from './testbed/parts.ts';

export interface ProcessCase {
  /** `good/a-sentence` or `bad/a-sentence` */
  readonly name: string;
  readonly isGood: boolean;
  /** What a bad one says in its first line, sorted. */
  readonly reasons: readonly string[];
  readonly text: string;
  /** One document; two for a rule about a change: before and after. */
  readonly documents: readonly unknown[];
}

export function readProcessCases(): ProcessCase[] {
  return ['good', 'bad'].flatMap((verdict) => {
    const folder = join(root, 'test/cases/process', verdict);
    return readdirSync(folder).map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const [, reasons = ''] = /^# reasons: (.*)$/m.exec(text) ?? [];
      const documents = loadAll(text, { schema: kubernetesSchema });
      const name = `${verdict}/${file.replace(/\.yaml$/, '')}`;
      return { name, isGood: verdict === 'good', reasons: reasons.split(' ').filter(Boolean).sort(), text, documents };
    });
  });
}
